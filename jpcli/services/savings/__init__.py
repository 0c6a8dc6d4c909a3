"""What could be saved without a site losing a product."""
