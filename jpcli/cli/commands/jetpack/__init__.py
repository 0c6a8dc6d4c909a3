"""The commands of `jpcli jetpack`."""
