"""The commands of `jpcli ledger`."""
