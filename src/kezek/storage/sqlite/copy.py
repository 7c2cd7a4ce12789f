"""Reads a copy of a database file for an audit, without trusting its schema.

Somebody who can write the file can drop its triggers, its keys and its types.  So every value may have
any type, and every row may be missing, twice or out of place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw

from kezek.storage.sqlite import files
from kezek.storage.sqlite.fault import Away, fault_of

_EVENTS = (
    "SELECT e.position, e.at, e.real, e.kind, e.actor, e.line, e.number, e.body,"
    " (SELECT s.secret FROM salt s WHERE s.number = e.number)"
    " FROM event e WHERE e.position > ? AND e.position <= ? ORDER BY e.position"
)


class SqliteCopy:
    """Implements `app.installation.copy_audit.Copy` and `app.installation.replayed.FileRows`.

    A running server's file is read as it was at the first read.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Away(f"there is no database {path}")
        wal = path.with_name(path.name + "-wal")
        # A copy without a write-ahead log cannot change, so it may lie in a read-only folder.
        still = "" if wal.exists() else "&immutable=1"
        address = f"file:{quote(str(path.resolve()))}?mode=ro{still}"
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        try:
            self._connection = apsw.Connection(address, flags=flags)
            files.ours(self._connection, path)
            self._connection.execute("BEGIN")
        except apsw.Error as error:
            raise fault_of(error) from None

    def _found(self, statement: str, *values: int) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except apsw.Error as error:
            raise fault_of(error) from None

    def ends(self) -> tuple[Any, Any]:
        return tuple(self._found("SELECT min(position), max(position) FROM event")[0])

    def events(self, after: int, last: int) -> list[Any]:
        return self._found(_EVENTS, after, last)

    def stretches(self, first: int, past: int) -> list[Any]:
        return self._found(
            "SELECT first, hashes FROM tree WHERE tier = 0 AND first >= ? AND first < ?"
            " ORDER BY first",
            first,
            past,
        )

    def last_stretch(self) -> tuple[Any, Any] | None:
        found = self._found(
            "SELECT first, hashes FROM tree WHERE tier = 0 ORDER BY first DESC LIMIT 1"
        )
        return found[0] if found else None

    def upper(self) -> list[Any]:
        return self._found(
            "SELECT tier, first, hashes FROM tree WHERE tier IS NOT 0 ORDER BY tier, first"
        )

    def heads(self) -> list[Any]:
        return self._found("SELECT number, size, note FROM head ORDER BY number")

    def cosigned(self) -> list[Any]:
        return self._found("SELECT head, witness FROM cosignature ORDER BY head, witness")

    def bookings(self, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        there = self._columns("booking")
        columns = ", ".join(f'"{name}"' if name in there else "NULL" for name in names)
        try:
            yield from self._connection.execute(f"SELECT {columns} FROM booking ORDER BY number")
        except apsw.Error as error:
            raise fault_of(error) from None

    def lines(self) -> list[Any]:
        of = '"round"' if "round" in self._columns("line") else "0"
        return self._found(f'SELECT id, "cursor", {of} FROM line ORDER BY id')

    def _columns(self, table: str) -> set[str]:
        """The table's existing columns: a copy of an older release lacks later ones."""
        found = self._found(f"SELECT name FROM pragma_table_info('{table}')")
        return {name for (name,) in found}

    def settings(self) -> list[Any]:
        return self._found("SELECT name, value FROM setting")

    def close(self) -> None:
        self._connection.close(force=True)
