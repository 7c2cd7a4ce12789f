"""Checkpoints as used: the network in memory, from files, and its names."""
