"""The page to leave open: where an agency stands, as one HTML file."""
