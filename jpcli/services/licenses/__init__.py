"""Issuing, assigning, transferring and revoking licenses."""
