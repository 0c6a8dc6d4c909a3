"""What all pages of HTML have in common: how they are filled in, and the look of paper."""
