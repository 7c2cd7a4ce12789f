"""Bookings: made, read, changed."""
