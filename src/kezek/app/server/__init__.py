"""A running server: whether it is ready, what it bounds, what it checks of itself."""
