"""Going on after something was lost."""
