"""The commands of `jpcli licenses`."""
