"""What it takes to have what a file wants, and doing it."""
