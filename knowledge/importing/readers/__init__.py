"""One reader for each format: bytes in, a paper out. None runs anything it finds, or fetches."""
