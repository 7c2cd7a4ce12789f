"""Views of a booking, free of language; every channel words and lays out the same ones."""
