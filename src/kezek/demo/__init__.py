"""The demonstration: the real network on an accelerated clock, and invented trucks that live on it."""
