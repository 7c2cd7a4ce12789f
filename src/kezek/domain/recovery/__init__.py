"""Going on after a loss of data."""
