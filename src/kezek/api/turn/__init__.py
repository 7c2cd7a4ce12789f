"""The line: the board, its stream, and the officers' steps."""
