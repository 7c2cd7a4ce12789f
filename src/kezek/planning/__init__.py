"""Simulation and forecast: pure numerics that run in processes of their own."""
