"""Pure numerics: simulation and forecast.  Its workers run in processes of their own."""
