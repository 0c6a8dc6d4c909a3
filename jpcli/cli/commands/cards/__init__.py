"""The commands of `jpcli cards`."""
