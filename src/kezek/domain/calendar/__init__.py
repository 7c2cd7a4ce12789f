"""The agency's calendar: places raised and lowered, days closed and opened."""
