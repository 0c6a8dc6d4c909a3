"""The tables that the events add up to. Nothing else writes them."""
