"""The embedded store: one file, one process, one writing connection."""
