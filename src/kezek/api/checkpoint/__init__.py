"""Checkpoints as published."""
