"""What is known of clients, and how that is put right."""
