"""`kezek book` and `kezek ticket`."""
