"""The line as read: places, calls, the public board, and how it stood before."""
