"""Free places, cached per line."""
