"""The fields of a truck and its driver."""
