"""Backups: a folder with a database file and its manifest."""
