"""Known plate formats and numbering plans, and the reading of typed vehicles."""
