"""jpcli: the command-line billing desk of an agency that runs Jetpack licenses."""

__version__ = "0.1.0"
