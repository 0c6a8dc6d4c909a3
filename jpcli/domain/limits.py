"""How large and how deep what is read may be: sizes that no honest file meets (docs/safety.md).

Owns the numbers for every road by which a file comes in. They are such that what is refused is
refused within two seconds and 300 MiB; who reads a format holds to them.
"""

from __future__ import annotations

MAX_PROBLEMS = 100
"""After so many the rest of a file is not read."""
TOO_MANY = f"{MAX_PROBLEMS} problems so far: the rest was not read"

# --- rows: CSV, TSV, JSON, NDJSON ---
MAX_LINE_BYTES = 2**20
"""Of a line, or of one value of a JSON array: a license with some 8,000 assignments."""
MAX_PROOF_ITEM_BYTES = 8 * 2**20
"""Of an item of a proof: a line of one client's, with its parts at some 150,000 sites, or a license
with some 20,000 events."""
MAX_CELL_CHARACTERS = 2**17
MAX_COLUMNS = 100
MAX_DEPTH = 32
"""Arrays and objects inside each other."""
MAX_DIGITS = 1_000
"""Of a number; to convert one takes its square."""
MAX_PIPE_BYTES = 2 * 2**30

# --- texts that are read as a whole ---
MAX_POLICY_BYTES = 2**19
MAX_PLAN_BYTES = 32 * 2**20
"""Of a plan file, or a saved plan: some 130,000 sites or steps."""
MAX_PARTS = 1_500_000
"""Values in it, by its commas and opening brackets."""
MAX_KEY_PARTS = 16
"""Names in a dotted key of TOML; to read one takes the square of their number."""
MAX_TABLES = 400_000
"""Tables of TOML: headers, names before a dot, and lists and tables as values."""
