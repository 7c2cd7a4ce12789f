"""Adapters for time and chance: the only places that ask the machine for either."""
