"""Tables from outside: their encoding, their rows, their faults."""
