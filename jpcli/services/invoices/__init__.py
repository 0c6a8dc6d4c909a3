"""Closed invoices: closing, settling, explaining and sending them."""
