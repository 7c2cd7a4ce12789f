"""Connections to PostgreSQL: opening, deadlines, the pool, and finding the primary."""
