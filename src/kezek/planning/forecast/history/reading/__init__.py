"""A history read from a file, and what is put right in it."""
