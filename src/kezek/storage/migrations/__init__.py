"""The schema's history: one step per file in `versions`, never changed once released."""
