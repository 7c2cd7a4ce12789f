"""Bookings as used: the ticket, a table of trucks, and ways to find one."""
