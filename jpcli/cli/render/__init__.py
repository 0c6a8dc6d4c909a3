"""Writers: one for each format of stdout, one for stderr. The only code that prints."""
