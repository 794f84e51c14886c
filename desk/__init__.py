"""The process that joins everything; nothing imports it."""
