"""The JSON API: one module per noun, one table from refusal to HTTP status."""
