"""A bill that proves itself: the document, and its check without a ledger."""
