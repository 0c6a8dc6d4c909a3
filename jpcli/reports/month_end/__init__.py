"""What a month's end leaves in a folder beside the statements: an index of them."""
