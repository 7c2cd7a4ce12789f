"""Reads of committed state; each call sees everything committed before it began."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import psycopg

from kezek.domain.kernel.facts import Row
from kezek.storage.fault import Away
from kezek.storage.postgres.connection.connection import Connection
from kezek.storage.postgres.connection.deadline import QUESTION_SECONDS, Deadlines
from kezek.storage.postgres.fault import Lost, fault_of, parted
from kezek.storage.postgres.mapping import PostgresMapping, mapping, parts, possible
from kezek.storage.query.query import Query
from kezek.storage.reader import StoredReader, StoredRows

R = TypeVar("R", bound=Row)


class PostgresRows(StoredRows):
    """The reads that a unit and a reader share: rows by key, and the numbers that rules ask for."""

    def __init__(self, found: Callable[[bytes, Sequence[Any]], list[Any]]) -> None:
        self._found = found

    def _ask(self, query: Query, values: Mapping[str, Any]) -> list[Any]:
        return self._found(query.postgres, query.bound(values))

    def get(self, kind: type[R], key: Hashable) -> R | None:
        if not possible(key):
            return None
        at = mapping(kind)
        found = self._found(at.by_key, parts(key))
        return at.make(found[0]) if found else None

    def rows(self, kind: type[R], prefix: Hashable) -> Sequence[R]:
        at = mapping(kind)
        return [at.make(row) for row in self._found(at.by_first, (prefix,))]

    def namesakes(self, authority: str, plate: str) -> Sequence[tuple[str, str, str]]:
        return super().namesakes(authority, plate) if possible(plate) else []


class PostgresReader(PostgresRows, StoredReader):
    """Committed state, for every thread: each query borrows a connection."""

    def __init__(
        self,
        lent: Callable[[], AbstractContextManager[Connection]],
        forget: Callable[[], None],
        deadlines: Deadlines,
    ) -> None:
        super().__init__(self._asked)
        self._lent, self._forget = lent, forget
        self._deadlines = deadlines

    def _asked(self, statement: bytes, values: Sequence[Any]) -> list[Any]:
        """All rows.  A query changes nothing, so it is repeated once after a broken connection."""
        try:
            return self._asked_once(statement, values)
        except Lost:
            self._forget()
        try:
            return self._asked_once(statement, values)
        except Lost:
            raise Away("the connection to the database breaks again and again") from None

    def _asked_once(self, statement: bytes, values: Sequence[Any]) -> list[Any]:
        with self._lent() as connection:
            try:
                with self._deadlines.within(connection, QUESTION_SECONDS):
                    return connection.execute(statement, values, binary=True).fetchall()
            except psycopg.Error as error:
                if parted(error):
                    connection.close()
                raise fault_of(error) from None

    def many(self, kind: type[R], keys: Sequence[Hashable]) -> Mapping[Hashable, R]:
        wanted = [key for key in keys if possible(key)]
        if not wanted:
            return {}
        at: PostgresMapping[R] = mapping(kind)
        rows = self._found(at.by_keys, at.key_arrays(wanted))
        found = {row.key: row for row in map(at.make, rows)}
        return {key: found[key] for key in keys if key in found}

    def rows_of(self, kind: type[R], prefixes: Sequence[Hashable]) -> Sequence[R]:
        if not prefixes:
            return []
        at = mapping(kind)
        return [at.make(row) for row in self._found(at.by_firsts, at.first_array(prefixes))]
