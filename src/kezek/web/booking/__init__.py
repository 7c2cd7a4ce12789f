"""Pages on which a time is booked."""
