"""The calendar as used: an agency's view of its days, and the bookings that a change displaces."""
