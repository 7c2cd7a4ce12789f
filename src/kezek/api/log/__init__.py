"""The log, its heads and its proofs."""
