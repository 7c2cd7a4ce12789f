"""Passwords and secrets of accounts."""
