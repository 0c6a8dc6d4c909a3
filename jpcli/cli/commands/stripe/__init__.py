"""The commands of `jpcli stripe`."""
