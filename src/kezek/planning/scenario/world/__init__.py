"""A scenario as written: read, checked and changed."""
