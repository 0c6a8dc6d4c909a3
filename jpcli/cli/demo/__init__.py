"""The story that `jpcli demo` tells, and the ledger it plays on."""
