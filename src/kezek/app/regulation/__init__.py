"""Rule sets, read from their files."""
