"""The commands of `jpcli invoice`."""
