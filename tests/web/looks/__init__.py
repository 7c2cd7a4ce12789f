"""Pictures of every page from sample contexts, to be looked at."""
