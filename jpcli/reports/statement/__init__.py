"""Invoices as statements to mail: HTML and PDF."""
