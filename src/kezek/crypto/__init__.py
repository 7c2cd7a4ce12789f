"""Signatures, passwords, keys and session secrets: what others must be able to rely on."""
