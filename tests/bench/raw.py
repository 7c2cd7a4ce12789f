"""The reference: one row a transaction into one table, as durable as the product's commits."""

from __future__ import annotations

import time
from pathlib import Path

import apsw

ROW = "x" * 120


def inserts_per_second(folder: Path, seconds: float) -> float:
    """A bare loop over the same SQLite with the same settings, without a network and without rules."""
    path = folder / "raw.db"
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    connection = apsw.Connection(str(path))
    try:
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        connection.execute(
            "CREATE TABLE raw (number INTEGER PRIMARY KEY, row TEXT NOT NULL) STRICT"
        )
        count, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            for _ in range(50):
                # Outside a transaction each statement is one, flushed before it returns.
                connection.execute("INSERT INTO raw (row) VALUES (?)", (ROW,))
            count += 50
        return count / spent
    finally:
        connection.close()
