"""What the centre owes, by when, and to whom."""
