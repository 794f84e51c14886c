"""Doors: how people and systems reach the desk."""
