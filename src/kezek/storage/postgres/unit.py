"""One write transaction: begun and locked in one round trip, written and committed in another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

import psycopg

from kezek.app.port import Answered, Prefetching
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Ref, Row
from kezek.domain.kernel.instant import Instant
from kezek.storage.postgres.connection.connection import Connection
from kezek.storage.postgres.mapping import mapping, possible
from kezek.storage.postgres.reader import PostgresRows
from kezek.storage.query import log as log_query
from kezek.storage.table import TABLES

R = TypeVar("R", bound=Row)

# "KEZK", the log's lock: a writer holds it until the commit is visible.  So positions are dense and in
# commit order whatever process writes, a reader that catches up by position skips nothing, and no two
# batches ever work on the same rows: no row needs a lock of its own.
LOG_LOCK = 0x4B455A4B
CHANNEL = "kezek"

_LOCK = f"SELECT pg_advisory_xact_lock({LOG_LOCK})".encode()
# Writes only a message into the write-ahead log, so that the commit waits for the standby.
_CATCH_UP = b"SELECT pg_logical_emit_message(true, 'kezek', '')"
_NOTIFY = f"SELECT pg_notify('{CHANNEL}', %s)".encode()


class PostgresUnit(PostgresRows, Prefetching):
    """Works on the writing connection in pipeline mode, and waits only for results that are needed.

    Every wait ends in a `sync`.  Only then does the server measure our idle time and end the transaction
    of a process that was frozen while it held the lock.
    """

    def __init__(self, connection: Connection, pipeline: psycopg.Pipeline) -> None:
        super().__init__(self._read)
        self._connection, self._pipeline = connection, pipeline
        self._known: dict[Ref, Row | None] = {}
        self._repeats = self._writes = False
        # Whether the commit may have reached the server.
        self.committing = False
        self._commit: psycopg.Cursor[Any] | None = None
        self._send(b"BEGIN ISOLATION LEVEL READ COMMITTED")
        self._send(_LOCK)
        newest = self._send(log_query.LAST.postgres)
        self._hear()
        self._last = cast("tuple[int, Instant] | None", newest.fetchone()) or (0, 0)

    def _send(self, statement: bytes, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        return self._connection.execute(statement, values, binary=True)

    def _read(self, statement: bytes, values: Sequence[Any]) -> list[Any]:
        cursor = self._send(statement, values)
        self._hear()
        return cursor.fetchall()

    def _hear(self) -> None:
        """Wait for all results so far."""
        self._pipeline.sync()

    @property
    def last_position(self) -> int:
        return self._last[0]

    @property
    def last_at(self) -> Instant:
        return self._last[1]

    def prefetch(self, refs: Iterable[Ref]) -> None:
        wanted: dict[type[Any], set[Hashable]] = {}
        for kind, key in refs:
            if (kind, key) not in self._known and possible(key):
                wanted.setdefault(kind, set()).add(key)
        asked: list[tuple[type[Any], psycopg.Cursor[Any]]] = []
        for kind, keys in wanted.items():
            self._known.update(((kind, key), None) for key in keys)
            in_order = sorted(keys)  # type: ignore[type-var]
            asked.append(
                (kind, self._send(mapping(kind).by_keys, mapping(kind).key_arrays(in_order)))
            )
        if asked:
            self._hear()
        for kind, cursor in asked:
            for row in map(mapping(kind).make, cursor.fetchall()):
                self._known[kind, row.key] = row

    def get(self, kind: type[R], key: Hashable) -> R | None:
        try:
            return cast("R | None", self._known[kind, key])
        except KeyError:
            return super().get(kind, key)

    def answered(self, digests: Sequence[bytes]) -> Mapping[bytes, Answered]:
        self.prefetch((Answered, digest) for digest in digests)
        single = ((digest, self.get(Answered, digest)) for digest in digests)
        earlier = {digest: found for digest, found in single if found is not None}
        self._repeats = self._repeats or bool(earlier)
        return earlier

    def save(
        self,
        changed: Mapping[tuple[type[Any], Hashable], Row | None],
        events: Sequence[Logged],
        answers: Sequence[Answered],
    ) -> None:
        assert all(e.position == at for at, e in enumerate(events, self.last_position + 1)), (
            "positions are dense and in commit order"
        )
        self._writes = True
        put: dict[type[Any], list[Row]] = {}
        gone: dict[type[Any], list[Hashable]] = {}
        for (kind, key), row in changed.items():
            if row is None:
                gone.setdefault(kind, []).append(key)
            else:
                put.setdefault(kind, []).append(row)
        for kind in TABLES:
            at = mapping(kind)
            if kind in gone:
                self._send(at.drop, at.key_arrays(gone[kind]))
            self._put(kind, put.get(kind, ()))
        # Plainly inserted: an event or an answer that is there already is a mistake, never an update.
        for kind, rows in ((Logged, events), (Answered, answers)):
            if rows:
                self._send(*mapping(kind).adding(rows))
        if events:
            self._send(_NOTIFY, [str(events[-1].position)])

    def _put(self, kind: type[Any], rows: Sequence[Row]) -> None:
        """Write rows; those known to be new are inserted without `ON CONFLICT`, which is cheaper."""
        at = mapping(kind)
        new: list[Row] = []
        old: list[Row] = []
        for row in rows:
            (new if self._known.get((kind, row.key), row) is None else old).append(row)
        if new:
            self._send(*at.adding(new))
        if old:
            self._send(at.put, at.arrays(old))

    def commit(self) -> None:
        """Send the commit; its result comes with the pipeline's end.

        A repeated answer may be stored on a primary that lost its standby, or crashed, before the
        standby had it.  An empty commit would not wait for the standby, so this one writes a
        message.
        """
        if self._repeats and not self._writes:
            self._send(_CATCH_UP)
        self.committing = True
        self._commit = self._send(b"COMMIT")

    @property
    def outcome(self) -> str:
        """The server's report of the commit."""
        return (self._commit.statusmessage if self._commit else None) or ""
