"""Products, bundles and price lists."""
