"""`kezek serve`: processes, connections, and what they log."""
