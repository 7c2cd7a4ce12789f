"""The network: which checkpoints there are, which lines run, and the days that can be booked."""
