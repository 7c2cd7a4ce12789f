"""One write transaction: reads row by row, writes in bulk."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import apsw

from kezek.app.port import Answered
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant
from kezek.storage.query import log as log_query
from kezek.storage.sqlite.mapping import mapping
from kezek.storage.sqlite.reader import SqliteRows
from kezek.storage.table import TABLES


class SqliteUnit(SqliteRows):
    """Works on the writing connection, inside its transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        last = self._ask(log_query.LAST, {})
        self.last_position: int
        self.last_at: Instant
        self.last_position, self.last_at = last[0] if last else (0, 0)

    def answered(self, digests: Sequence[bytes]) -> Mapping[bytes, Answered]:
        # One look-up each, because a batch has few and a list would cost more inside one process.
        single = ((digest, self.get(Answered, digest)) for digest in digests)
        return {digest: found for digest, found in single if found is not None}

    def save(
        self,
        changed: Mapping[tuple[type[Any], Hashable], Row | None],
        events: Sequence[Logged],
        answers: Sequence[Answered],
    ) -> None:
        assert all(e.position == at for at, e in enumerate(events, self.last_position + 1)), (
            "positions are dense and in commit order"
        )
        put: dict[type[Any], list[Row]] = {}
        gone: dict[type[Any], list[Hashable]] = {}
        for (kind, key), row in changed.items():
            if row is None:
                gone.setdefault(kind, []).append(key)
            else:
                put.setdefault(kind, []).append(row)
        write = self._cursor.executemany
        for kind in TABLES:
            at = mapping(kind)
            if kind in gone:
                write(at.delete, map(at.binding, gone[kind]))
            if kind in put:
                write(at.upsert, map(at.values, put[kind]))
        # Inserted without an upsert: an existing event or answer is a mistake, never an update.
        if events:
            write(mapping(Logged).insert, map(mapping(Logged).values, events))
        if answers:
            write(mapping(Answered).insert, map(mapping(Answered).values, answers))
