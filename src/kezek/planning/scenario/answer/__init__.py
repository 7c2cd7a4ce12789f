"""What a scenario is answered with, and how it is exported."""
