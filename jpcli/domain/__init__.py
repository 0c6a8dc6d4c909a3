"""The rules: pure functions over frozen data. No I/O, no clock, no SQL, standard library only."""
