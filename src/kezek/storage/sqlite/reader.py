"""Reads over one connection; each call sees everything committed before it began."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import apsw

from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant
from kezek.storage.query.query import Query, query
from kezek.storage.reader import StoredReader, StoredRows
from kezek.storage.sqlite.fault import fault_of
from kezek.storage.sqlite.mapping import Bindings, mapping

R = TypeVar("R", bound=Row)

# By row numbers, which have the order of the answers.
_OLD_ANSWERS = query(
    "SELECT rowid FROM answer WHERE rowid > :last AND real < :before ORDER BY rowid LIMIT :limit"
)


class SqliteRows(StoredRows):
    """The reads that a unit and a reader share: rows by key, and the numbers that rules ask for."""

    def __init__(self, connection: apsw.Connection) -> None:
        # One cursor for everything: each read is fetched whole before the next begins.
        self._cursor = connection.cursor()

    def _found(self, statement: str, values: Bindings) -> list[Any]:
        """All rows, because a half-read statement would hold its snapshot and with it the WAL."""
        try:
            return self._cursor.execute(statement, values).fetchall()
        except apsw.Error as error:
            raise fault_of(error) from None

    def _ask(self, query: Query, values: Mapping[str, Any]) -> list[Any]:
        return self._found(query.sqlite, query.bound(values))

    def get(self, kind: type[R], key: Hashable) -> R | None:
        at = mapping(kind)
        found = self._found(at.by_key, at.binding(key))
        return at.make(found[0]) if found else None

    def rows(self, kind: type[R], prefix: Hashable) -> Sequence[R]:
        at = mapping(kind)
        return [at.make(row) for row in self._found(at.by_first, (prefix,))]


class SqliteReader(SqliteRows, StoredReader):
    """Committed state, for the thread that opened it."""

    def old_answers(self, before: Instant, limit: int) -> Iterator[list[int]]:
        """Row numbers of answers from before an instant, in lists of at most `limit`."""
        return self._in_steps(_OLD_ANSWERS, before, limit)

    def many(self, kind: type[R], keys: Sequence[Hashable]) -> Mapping[Hashable, R]:
        at = mapping(kind)
        if keys and isinstance(keys[0], int | str):
            # One look-up per key inside one statement; `(a, b) IN (VALUES ...)` would scan.
            rows = self._found(at.by_list, (json.dumps(list(keys)),))
            found = {row.key: row for row in map(at.make, rows)}
            return {key: found[key] for key in keys if key in found}
        single = ((key, self.get(kind, key)) for key in keys)
        return {key: row for key, row in single if row is not None}

    def rows_of(self, kind: type[R], prefixes: Sequence[Hashable]) -> Sequence[R]:
        at = mapping(kind)
        statement = f"{at.by_list} ORDER BY {at.order}"
        return [at.make(row) for row in self._found(statement, (json.dumps(list(prefixes)),))]
