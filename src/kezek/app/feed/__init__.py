"""What happened, told on: to read models, open streams and other processes."""
