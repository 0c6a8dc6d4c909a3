"""Collecting through Stripe, each step through the outbox."""
