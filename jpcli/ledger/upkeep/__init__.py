"""Whole files: making, copying, checking and bringing them up to date."""
