"""An audit in the formats of CI systems."""
