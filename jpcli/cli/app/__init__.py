"""Parsing, running and failing: everything around a command."""
