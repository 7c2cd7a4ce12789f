"""The agency's pages of its calendar."""
