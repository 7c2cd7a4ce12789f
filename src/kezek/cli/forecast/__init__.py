"""`kezek forecast`."""
