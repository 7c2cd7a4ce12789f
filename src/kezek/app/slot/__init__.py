"""Free places, kept per line."""
