"""The desk: the one write path.  `batch.py` is its core, `desk.py` its shell."""
