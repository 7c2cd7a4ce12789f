"""The calendar as used: what an agency sees of its days, and whom a change touches."""
