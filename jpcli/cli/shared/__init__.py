"""What commands, writers and drawings have in common."""
