"""The commands of `jpcli sites`."""
