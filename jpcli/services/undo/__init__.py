"""Undoing a command: by events that say the opposite of its own."""
