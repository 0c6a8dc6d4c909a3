"""Bills as double entry, for the programs that accountants keep their books with."""
