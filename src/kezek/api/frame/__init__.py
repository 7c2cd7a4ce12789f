"""What every operation stands on: requests, answers, problems, the description."""
