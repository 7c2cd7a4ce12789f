"""Forecasts of wait histories: tables of stamps and values, without a truck in them.

A product of its own: the commands of `cli/history` are its only door.
"""
