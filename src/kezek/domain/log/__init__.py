"""The log as a Merkle tree, by which a changed, lost or moved event shows."""
