"""Commands about who is told every event of the log."""
