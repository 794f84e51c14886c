"""Ways out of the corpus: everything of a profile, in files that can be read back without loss."""
