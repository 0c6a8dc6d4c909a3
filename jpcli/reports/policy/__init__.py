"""Audit policies: reading, writing and describing them."""
