"""Forecasts of plain wait histories: a table of stamps and values, without a truck in it."""
