"""Connections to PostgreSQL: opened, bounded in time, lent, and led to the primary."""
