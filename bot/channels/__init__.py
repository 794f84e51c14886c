"""The one door into Rasa: the desk's own channel."""
