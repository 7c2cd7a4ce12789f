"""The checkpoint model."""
