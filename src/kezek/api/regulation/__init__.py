"""Regulations in force."""
