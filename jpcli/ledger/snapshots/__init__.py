"""The state as of another moment, told from the events."""
