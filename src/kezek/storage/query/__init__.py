"""Every question that a store is asked, once for both databases: a module a noun."""
