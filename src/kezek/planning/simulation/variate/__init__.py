"""Random numbers, distributions and replications."""
