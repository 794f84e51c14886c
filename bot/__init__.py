"""UNDERSTANDS: the Rasa side, on Python 3.10. Imports nothing of ours outside this folder."""
