"""The append-only log: how an event is chained to its predecessor, and how they are read."""
