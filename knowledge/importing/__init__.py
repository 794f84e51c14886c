"""Ways into the corpus."""
