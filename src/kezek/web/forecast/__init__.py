"""A forecast as pages show it."""
