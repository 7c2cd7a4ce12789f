"""Reads and writes a whole file: every table in the order of its key, some thousand rows at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import apsw

from kezek.app.installation.census import CheckMarks, PromiseQuery
from kezek.app.installation.snapshot import BLOCK, NOT_EMPTY, Bare, NotEmpty
from kezek.domain.kernel.facts import Row
from kezek.domain.log.head import SignedHead
from kezek.storage.fault import WrongVersion
from kezek.storage.migrations import parts
from kezek.storage.migrations.head import HEAD
from kezek.storage.migrations.phase import READ, TABLE, fits, last, refuse_unknown
from kezek.storage.query import table as table_query
from kezek.storage.query.census import CENSUS
from kezek.storage.sqlite import files
from kezek.storage.sqlite.fault import Away, fault_of
from kezek.storage.sqlite.mapping import mapping
from kezek.storage.table import TABLES

R = TypeVar("R", bound=Row)

BUSY_MS = 5_000


class SqliteSnapshot:
    """Reads inside the transaction of a connection, so every table is of the same moment."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    @property
    def kinds(self) -> Sequence[type[Any]]:
        return tuple(TABLES)

    def count(self, kind: type[Any]) -> int:
        try:
            found = self._connection.execute(table_query.COUNT[kind].sqlite)
            return int(str(found.fetchall()[0][0]))
        except apsw.Error as error:
            raise fault_of(error) from None

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        at = mapping(kind)
        try:
            rows = self._connection.execute(table_query.ALL[kind].sqlite)
            while block := [at.make(row) for row in islice(rows, BLOCK)]:
                yield block
        except apsw.Error as error:
            raise fault_of(error) from None

    def get(self, kind: type[R], key: Hashable) -> R | None:
        at = mapping(kind)
        try:
            found = self._connection.execute(at.by_key, at.binding(key)).fetchall()
        except apsw.Error as error:
            raise fault_of(error) from None
        return at.make(found[0]) if found else None

    def counted(self, census: PromiseQuery, marks: CheckMarks) -> int:
        query = CENSUS[census]
        try:
            found = self._connection.execute(query.sqlite, query.bound(asdict(marks)))
            return int(str(found.fetchall()[0][0]))
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
    for query in table_query.ANY.values():
        if connection.execute(query.sqlite).fetchall():
            raise NotEmpty(NOT_EMPTY)


@contextmanager
def open_snapshot(path: Path, *, alone: bool = False) -> Iterator[SqliteSnapshot]:
    """A file as it is now, opened to read only and never migrated; `alone` keeps servers out."""
    refuse_missing(path)
    with files.locked(path) if alone else nullcontext():
        connection = open_to_read(path)
        try:
            yield SqliteSnapshot(connection)
        finally:
            connection.close(force=True)


def open_to_read(path: Path) -> apsw.Connection:
    """A connection in a transaction that sees the file as it is now; its schema is this version's."""
    refuse_missing(path)
    connection = opened_to_read(path)
    try:
        version = version_of(connection) if files.ours(connection, path) else ""
        refuse_nameless(connection, path)
    except apsw.Error as error:
        fault = fault_of(error)
        fault.add_note(str(path))
        raise fault from None
    if not version:
        connection.close(force=True)
        raise Bare(f"{path} holds no installation: name the right one")
    if not fits(version, lambda: since_of(connection)):
        connection.close(force=True)
        raise WrongVersion(
            f"{path} has schema {version}, and this version of Kezek works on {HEAD}: use the"
            " version that wrote it, or start this version's server on it once; it is left as it is"
        )
    return connection


def examined(path: Path, head: int) -> tuple[str, SignedHead | None]:
    """See `storage.open.examined`."""
    refuse_missing(path)
    files.refuse_linked(path.resolve())
    connection = opened_to_read(path)
    try:
        version = version_of(connection) if files.ours(connection, path) else ""
        refuse_nameless(connection, path)
        if not version:
            raise Bare(f"{path} holds no installation yet")
        refuse_unknown(version, lambda: since_of(connection), str(path))
        if version >= HEAD:
            refuse_unfit(connection, path)
        if not connection.table_exists("main", "head"):
            return version, None
        at = mapping(SignedHead)
        found = connection.execute(at.by_key, (head,)).fetchall()
        return version, at.make(found[0]) if found else None
    except apsw.Error as error:
        raise fault_of(error) from None
    finally:
        connection.close(force=True)


def refuse_missing(path: Path) -> None:
    """Away when there is no such file, so that a look does not make an empty one."""
    if not path.is_file():
        raise Away(f"there is no database {path}: see that the path is right and mounted")


def opened_to_read(path: Path) -> apsw.Connection:
    """A connection in a transaction that sees the file as it is now, of any version."""
    try:
        address = f"file:{quote(str(path.resolve()))}?mode=ro"
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        connection = apsw.Connection(address, flags=flags)
        connection.set_busy_timeout(BUSY_MS)
        connection.pragma("mmap_size", 0)
        connection.execute("BEGIN")
    except apsw.Error as error:
        fault = fault_of(error)
        fault.add_note(str(path))
        raise fault from None
    return connection


def refuse_unfit(connection: apsw.Connection, path: Path) -> None:
    """Damaged when a part of the schema is missing; the version was checked before."""
    there = connection.execute(
        "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'"
    ).fetchall()
    found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    named = {str(name) for kind, name, _ in found if kind in ("index", "trigger")}
    # A check has no row of its own in the catalogue: it is in the SQL of its table.
    words = " ".join(str(sql) for kind, _, sql in found if kind == "table")
    named |= {check for check in parts.CHECKS if check in words}
    newer = version_of(connection) > last()
    columns = [(str(table), str(name)) for table, name in there]
    parts.refuse_incomplete(str(path), "sqlite", columns, None if newer else named)


def refuse_nameless(connection: apsw.Connection, path: Path) -> None:
    """Damaged when a file of ours has tables and no version."""
    if not version_of(connection) and connection.table_exists("main", "event"):
        parts.refuse_nameless(str(path))


def version_of(connection: apsw.Connection) -> str:
    """The last migration that a file has had, empty for none."""
    if not connection.table_exists("main", "alembic_version"):
        return ""
    rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(rows[0][0]) if rows else ""


def since_of(connection: apsw.Connection) -> str:
    """The oldest step whose release can work on a file, empty where none is noted."""
    if not connection.table_exists("main", TABLE):
        return ""
    rows = connection.execute(READ).fetchall()
    return str(rows[0][0]) if rows else ""
