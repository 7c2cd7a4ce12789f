"""`kezek simulate`."""
