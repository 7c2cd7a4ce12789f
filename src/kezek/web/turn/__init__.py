"""The public board and the officer's console."""
