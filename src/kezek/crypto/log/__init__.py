"""Signed heads of the log."""
