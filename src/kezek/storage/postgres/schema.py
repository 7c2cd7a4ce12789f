"""Migrates the database to this version; the first process does it, and the others wait."""

from __future__ import annotations

import psycopg

from kezek.storage.fault import NotADatabase, WrongVersion
from kezek.storage.migrations import parts
from kezek.storage.migrations.head import HEAD
from kezek.storage.migrations.phase import READ, TABLE, fits, last
from kezek.storage.postgres.connection.connection import Connection
from kezek.storage.postgres.fault import fault_of
from kezek.storage.postgres.unit import LOG_LOCK
from kezek.storage.table import TABLES

_WHERE = "the database"


def migrate(connection: Connection) -> None:
    """Take the pending steps in one transaction, during which nobody else writes."""
    try:
        if not _fits(connection):
            _migrate(connection)
        refuse_unfit(connection)
    except psycopg.Error as error:
        raise fault_of(error) from None


def contract(connection: Connection) -> None:
    """Take the contracting steps of this release, in one transaction too."""
    try:
        if version_of(connection) < last():
            _migrate(connection, last())
    except psycopg.Error as error:
        raise fault_of(error) from None


def _fits(connection: Connection) -> bool:
    return fits(version_of(connection), lambda: since_of(connection))


def _migrate(connection: Connection, to: str = "") -> None:
    # Imported only when there is something to do: the tools for schemas cost a third of a start.
    from kezek.storage.migrations.script import UnknownVersion, script  # noqa: PLC0415

    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '10min'")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute(f"SELECT pg_advisory_xact_lock({LOG_LOCK})".encode())
        version = version_of(connection)
        # Another process may have migrated meanwhile.
        if version == to if to else _fits(connection):
            return
        if not version:
            refuse_nameless(connection)
            _alone(connection)
        try:
            known = {"dialect": "postgresql"}
            statements = script(version, to, **known) if to else script(version, **known)
        except UnknownVersion:
            raise WrongVersion(
                f"the database was written by another version of the server (schema {version}, this "
                f"one knows up to {HEAD}): install that version or a newer one; it is left as it is"
            ) from None
        connection.execute(statements.encode(), prepare=False)


def version_of(connection: Connection) -> str:
    """The last migration that a database has had, empty for none."""
    if not _there(connection, ["alembic_version"]):
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def since_of(connection: Connection) -> str:
    """The oldest step whose release can work on a database, empty where none is noted."""
    if not _there(connection, [TABLE]):
        return ""
    row = connection.execute(READ.encode()).fetchone()
    return str(row[0]) if row else ""


def refuse_unfit(connection: Connection) -> None:
    """Damaged when a part of the schema is missing, switched off or unusable."""
    columns = connection.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid) AND a.attnum > 0"
        " AND NOT a.attisdropped",
        ([table.name for table in TABLES.values()],),
    ).fetchall()
    named = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indisvalid"
        " UNION SELECT conname FROM pg_constraint WHERE contype = 'c' AND convalidated"
        " UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    ).fetchall()
    newer = version_of(connection) > last()
    there = [(str(table), str(name)) for table, name in columns]
    parts.refuse_incomplete(
        _WHERE, "postgresql", there, None if newer else {str(row[0]) for row in named}
    )


def refuse_nameless(connection: Connection) -> None:
    """Damaged when there are tables of ours and no version."""
    if _there(connection, ["alembic_version"]) and _there(connection, ["event"]):
        parts.refuse_nameless(_WHERE)


def _alone(connection: Connection) -> None:
    """Refuse a database in which another program has tables with our names."""
    if _there(connection, [table.name for table in TABLES.values()]):
        raise NotADatabase(
            "the database belongs to another program: create one of its own; it is left as it is"
        )


def _there(connection: Connection, names: list[str]) -> bool:
    """Whether a table with one of these names exists now.

    It is read from the catalogue: `to_regclass` would cache, until the transaction ends, that there was
    none before another process made it.
    """
    found = connection.execute(
        "SELECT 1 FROM pg_class WHERE relname = ANY(%s) AND pg_table_is_visible(oid) LIMIT 1",
        (names,),
    )
    return found.fetchone() is not None
