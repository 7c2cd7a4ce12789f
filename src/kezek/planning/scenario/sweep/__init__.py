"""Many scenarios: points, workers, results on disk."""
