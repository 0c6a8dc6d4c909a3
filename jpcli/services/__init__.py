"""Use cases: the only layer that opens a write transaction or calls an outside system."""
