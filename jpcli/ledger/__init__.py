"""The ledger: append-only events and the state they add up to. The only layer that knows SQL."""
