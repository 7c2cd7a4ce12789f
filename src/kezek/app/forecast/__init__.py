"""Forecasts of live lines: made, corrected by their past, and judged."""
