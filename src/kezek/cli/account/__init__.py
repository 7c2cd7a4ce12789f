"""`kezek user`, and the socket by which it reaches a running server."""
