"""Pages of carriers and of people who sign in: trucks, keys, passwords, the roster."""
