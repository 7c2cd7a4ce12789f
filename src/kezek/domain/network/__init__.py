"""The network: its checkpoints, their lines, and the days that can be booked."""
