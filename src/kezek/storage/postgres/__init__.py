"""The shared store: one PostgreSQL database, several processes and machines."""
