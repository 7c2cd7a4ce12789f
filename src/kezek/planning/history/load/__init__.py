"""Loading a history from a CSV file, and repairing it."""
