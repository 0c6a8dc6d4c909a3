"""The ledger as a whole: making, importing, copying and checking it."""
