"""The commands of `jpcli settings`."""
