"""What we measure, against whom; one command each."""
