"""`python -m desk …`, also installed as `seatmate`."""

from desk.cli import app

app()
