"""The end of a month in one go."""
