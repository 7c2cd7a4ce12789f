"""`kezek network`."""
