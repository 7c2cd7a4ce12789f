"""Forecasts of lines and of bookings."""
