"""A year of every client as a document: what it costs, is billed and brings."""
