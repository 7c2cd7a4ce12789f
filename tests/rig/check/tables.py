"""The tables as they are, read past the product: rows as dictionaries, by the name of their table."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg.rows import dict_row

Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, list[Row]]

# Each in an order that does not depend on where it lies.
ORDER = {
    "line": "id",
    "day": '"line", "on"',
    "slot": "line, start",
    "booking": "number",
    "claim": "authority, kind, value",
    "particulars": "number",
    "driver": "number, ordinal",
    "return": "number, start",
    "event": "position",
    "salt": "number",
    "tree": "tier, first",
    "head": "number",
    "counter": "name",
}


class Damaged(RuntimeError):
    """The database itself says that it is broken."""


def read_sqlite(path: Path) -> Tables:
    """With the standard library's SQLite, from a copy: the files stay as they are.  Raises Damaged."""
    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            if file.is_file():  # not the socket of accounts
                shutil.copy(file, folder)
        return _read_sqlite(Path(folder) / path.name)


def _read_sqlite(path: Path) -> Tables:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        told = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if told != ["ok"]:
            raise Damaged("; ".join(told))
        return _counted(
            {table: [dict(row) for row in connection.execute(_select(table))] for table in ORDER}
        )


def read_postgresql(url: str) -> Tables:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return _counted(
            {table: connection.execute(_select(table).encode()).fetchall() for table in ORDER}
        )


def _counted(tables: Tables) -> Tables:
    """Counts by the name of a pool or a class are JSON in a column."""
    for row in tables["day"]:
        for name in ("reserved", "protected", "taken"):
            row[name] = Counter(json.loads(row[name]))
    return tables


def _select(table: str) -> str:
    return f'SELECT * FROM "{table}" ORDER BY {ORDER[table]}'
