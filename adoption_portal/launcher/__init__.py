"""Starts everything the portal needs with one command; the supervising process has no Django."""
