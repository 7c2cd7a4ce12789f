"""The page of the rules in force."""
