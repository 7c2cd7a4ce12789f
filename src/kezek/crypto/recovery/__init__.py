"""Signed lists beside the database: erasures and withdrawals."""
