"""What the bot may ask for: slots in, one verb, utter out."""
