"""The file: opening it, its schema, and what can be wrong with it."""
