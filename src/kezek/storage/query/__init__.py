"""All queries of the stores, each written once for both databases, in one module a noun."""
