"""A scenario compiled, played and measured."""
