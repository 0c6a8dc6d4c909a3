"""The commands of `jpcli products`."""
