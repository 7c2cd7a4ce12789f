"""Reads and writes a whole database: tables in the order of their keys, some thousand rows at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict
from typing import Any, TypeVar

import psycopg

from kezek.app.installation.census import CheckMarks, PromiseQuery
from kezek.app.installation.snapshot import BLOCK, NOT_EMPTY, Bare, NotEmpty, Served
from kezek.domain.kernel.facts import Row
from kezek.domain.log.head import SignedHead
from kezek.storage.fault import WrongVersion
from kezek.storage.migrations.head import HEAD
from kezek.storage.migrations.phase import fits, refuse_unknown
from kezek.storage.postgres.connection.address import read
from kezek.storage.postgres.connection.connection import SERVING_LOCK, Connection, connect
from kezek.storage.postgres.fault import fault_of
from kezek.storage.postgres.mapping import mapping, parts
from kezek.storage.postgres.schema import refuse_nameless, refuse_unfit, since_of, version_of
from kezek.storage.postgres.unit import LOG_LOCK
from kezek.storage.query import table as table_query
from kezek.storage.query.census import CENSUS
from kezek.storage.table import TABLES

R = TypeVar("R", bound=Row)

_PATIENT = (
    # Whole tables take long, and a table that was empty at its last analysis is read whole.
    b"SET LOCAL statement_timeout = 0",
    b"SET LOCAL idle_in_transaction_session_timeout = '10min'",
    b"SET LOCAL enable_seqscan = on",
    b"SET LOCAL plan_cache_mode = force_custom_plan",
)


class PostgresSnapshot:
    """Reads inside the transaction of a connection, so every table is of the same moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def kinds(self) -> Sequence[type[Any]]:
        return tuple(TABLES)

    def count(self, kind: type[Any]) -> int:
        try:
            found = self._connection.execute(table_query.COUNT[kind].postgres).fetchone()
        except psycopg.Error as error:
            raise fault_of(error) from None
        assert found is not None, "a count has one row"
        return int(str(found[0]))

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        at = mapping(kind)
        try:
            with self._connection.cursor("whole") as cursor:
                cursor.execute(table_query.ALL[kind].postgres, binary=True)
                while found := cursor.fetchmany(BLOCK):
                    yield [at.make(row) for row in found]
        except psycopg.Error as error:
            raise fault_of(error) from None

    def get(self, kind: type[R], key: Hashable) -> R | None:
        at = mapping(kind)
        try:
            found = self._connection.execute(at.by_key, parts(key), binary=True).fetchone()
        except psycopg.Error as error:
            raise fault_of(error) from None
        return at.make(found) if found else None

    def counted(self, census: PromiseQuery, marks: CheckMarks) -> int:
        query = CENSUS[census]
        try:
            values = query.bound(asdict(marks))
            found = self._connection.execute(query.postgres, values).fetchone()
        except psycopg.Error as error:
            raise fault_of(error) from None
        assert found is not None, "a count has one row"
        return int(str(found[0]))


class PostgresFilling(PostgresSnapshot):
    """Writes inside the transaction of a connection, which its caller commits."""

    def add(self, kind: type[R], rows: Sequence[R]) -> None:
        at = mapping(kind)
        try:
            with self._connection.cursor() as cursor, cursor.copy(at.stream) as copy:
                copy.set_types(at.types)
                for row in rows:
                    copy.write_row(at.values(row))
        except psycopg.Error as error:
            raise fault_of(error) from None


@contextmanager
def snapshot_of(connection: Connection) -> Iterator[PostgresSnapshot]:
    """Everything there is now, for as long as the block lasts."""
    with _transaction(connection, b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"):
        # The first query sets the snapshot's moment.
        connection.execute(b"SELECT 1")
        yield PostgresSnapshot(connection)


@contextmanager
def open_snapshot(url: str, *, alone: bool = False) -> Iterator[PostgresSnapshot]:
    """A database as it is now, opened to read only and never migrated; `alone` keeps servers out."""
    with (
        closing(connect(read(url), writes=False)) as connection,
        alone_on(connection) if alone else nullcontext(),
    ):
        version = version_of(connection)
        if not version:
            refuse_nameless(connection)
            raise Bare("the database holds no installation: name the right one")
        if not fits(version, lambda: since_of(connection)):
            raise WrongVersion(
                f"the database has schema {version}, and this version of Kezek works on"
                f" {HEAD}: use the version that wrote it, or start this version's server on it once"
            )
        with snapshot_of(connection) as snapshot:
            yield snapshot


def examined(url: str, head: int) -> tuple[str, SignedHead | None]:
    """See `storage.open.examined`."""
    at = mapping(SignedHead)
    with closing(connect(read(url), writes=False)) as connection:
        try:
            version = version_of(connection)
            if not version:
                refuse_nameless(connection)
                raise Bare("the database holds no installation yet")
            refuse_unknown(version, lambda: since_of(connection), "the database")
            if version >= HEAD:
                refuse_unfit(connection)
            if version < "0002":
                return version, None
            found = connection.execute(at.by_key, (head,), binary=True).fetchone()
            return version, at.make(found) if found else None
        except psycopg.Error as error:
            raise fault_of(error) from None


@contextmanager
def filling_of(connection: Connection) -> Iterator[PostgresFilling]:
    """An empty database, committed at the end of the block; NotEmpty when a table has a row."""
    with _transaction(connection, f"SELECT pg_advisory_xact_lock({LOG_LOCK})".encode()):
        for query in table_query.ANY.values():
            if connection.execute(query.postgres).fetchone():
                raise NotEmpty(NOT_EMPTY)
        yield PostgresFilling(connection)


@contextmanager
def _transaction(connection: Connection, begin: bytes) -> Iterator[None]:
    try:
        with connection.transaction():
            for statement in (begin, *_PATIENT):
                connection.execute(statement, prepare=False)
            yield
    except psycopg.Error as error:
        raise fault_of(error) from None


@contextmanager
def alone_on(connection: Connection) -> Iterator[None]:
    """Keep all other writers out; Served when another process has the database open to write."""
    try:
        # Wait for a moment: a process that is ending may still hold its lock.
        with connection.transaction():
            connection.execute(b"SET LOCAL lock_timeout = '2s'", prepare=False)
            connection.execute(f"SELECT pg_advisory_lock({SERVING_LOCK})".encode())
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        raise Served(
            "a server or another command works on the database: stop it first, then try again"
        ) from None
    except psycopg.Error as error:
        raise fault_of(error) from None
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            connection.execute(f"SELECT pg_advisory_unlock({SERVING_LOCK})".encode())


def solitary_on(connection: Connection) -> bool:
    """Whether only this connection has the shared serving lock; it is tried without waiting."""
    row = connection.execute(f"SELECT pg_try_advisory_lock({SERVING_LOCK})".encode()).fetchone()
    if row != (True,):
        return False
    connection.execute(f"SELECT pg_advisory_unlock({SERVING_LOCK})".encode())
    return True
