"""The commands of `jpcli clients`."""
