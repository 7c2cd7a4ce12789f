"""How plates and phones are read."""
