"""The rules: pure functions over frozen data. No I/O, no clock, no SQL; the standard library, and
`idna` for names of hosts."""
