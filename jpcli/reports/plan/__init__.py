"""A plan in the formats of CI systems."""
