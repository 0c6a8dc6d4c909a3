"""Sites and the clients who own them."""
