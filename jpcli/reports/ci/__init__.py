"""What the reports for CI systems are written in."""
