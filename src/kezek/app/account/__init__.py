"""Accounts as used: signing in, carriers that open accounts, staff and API keys."""
