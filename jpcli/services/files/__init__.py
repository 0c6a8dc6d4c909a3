"""Reading lists of rows in any format, and writing new files."""
