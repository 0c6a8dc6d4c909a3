"""Reading the state, by topic."""
