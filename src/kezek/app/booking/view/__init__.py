"""What a reader is told of a booking, free of language: every channel words and lays out the same."""
