"""What every page stands on: the request, its form, its answer, its shapes."""
