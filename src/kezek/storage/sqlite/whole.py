"""A file read and written whole: every table in the order of its key, some thousand rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import apsw

from kezek.app.snapshot import BLOCK, NOT_EMPTY, NotEmpty
from kezek.domain.kernel.facts import Row
from kezek.storage.sqlite.fault import fault_of
from kezek.storage.sqlite.mapping import mapping
from kezek.storage.table import TABLES

R = TypeVar("R", bound=Row)


class SqliteSnapshot:
    """Reads inside the transaction of a connection, so every table is of the same moment."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    @property
    def kinds(self) -> Sequence[type[Any]]:
        return tuple(TABLES)

    def count(self, kind: type[Any]) -> int:
        try:
            found = self._connection.execute(f'SELECT count(*) FROM "{TABLES[kind].name}"')
            return int(found.fetchall()[0][0])
        except apsw.Error as error:
            raise fault_of(error) from None

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        at = mapping(kind)
        try:
            rows = self._connection.execute(f"{at.select} ORDER BY {at.order}")
            while block := [at.make(row) for row in islice(rows, BLOCK)]:
                yield block
        except apsw.Error as error:
            raise fault_of(error) from None


class SqliteFilling(SqliteSnapshot):
    """Writes inside the transaction of a connection, which its caller commits."""

    def add(self, kind: type[R], rows: Sequence[R]) -> None:
        at = mapping(kind)
        try:
            self._connection.executemany(at.insert, map(at.values, rows))
        except apsw.Error as error:
            raise fault_of(error) from None


def refuse_filled(connection: apsw.Connection) -> None:
    """NotEmpty when any table has a row."""
    for table in TABLES.values():
        if connection.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1').fetchall():
            raise NotEmpty(NOT_EMPTY)
