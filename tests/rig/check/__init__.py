"""The checkers: from the history and the tables alone, with no line of the product's code."""
