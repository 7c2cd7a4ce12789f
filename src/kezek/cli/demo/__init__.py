"""`kezek demo`."""
