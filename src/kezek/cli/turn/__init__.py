"""`kezek board`."""
