"""`kezek log` and `kezek verify`."""
