"""Gateways: who holds the cards and collects the money. Knows no ledger."""
