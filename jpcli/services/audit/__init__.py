"""Checking counts, waste and the bill against a policy."""
