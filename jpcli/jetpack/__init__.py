"""The real licenses: the Jetpack Licensing API. Knows no ledger."""
