"""Forecasts of a live line: the twin, and the learned correction of its errors."""
