"""The agency's calendar."""
