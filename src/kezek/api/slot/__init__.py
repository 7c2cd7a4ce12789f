"""Free places."""
