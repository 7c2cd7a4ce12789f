"""Forecasts of any file of wait times: the door of `planning/history`."""
