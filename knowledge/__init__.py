"""What the centre can say: entries, the index over them, and the search that decides."""
