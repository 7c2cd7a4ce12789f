"""The log as a Merkle tree: what makes a changed, lost or moved event show."""
