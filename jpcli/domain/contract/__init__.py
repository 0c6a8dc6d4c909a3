"""The JSON contract `jpcli/1`: what every command answers with, field by field.

Imported for types alone, so that it costs no command anything; the answers are plain dicts. A
comment beside or above a field is its meaning in docs/json.md, which is made from this package.
"""
