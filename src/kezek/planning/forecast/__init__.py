"""When will it be through: quantiles from the twin, from histories, and how good they were."""
