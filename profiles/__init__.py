"""One folder per kind of centre, data only, and the reader of its files."""
