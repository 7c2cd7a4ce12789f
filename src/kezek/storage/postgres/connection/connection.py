"""One connection: opened, checked, and set up so that its plans and promises hold."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

import psycopg

from kezek.storage.fault import Busy, NotADatabase, ReadOnly, WrongVersion
from kezek.storage.postgres.connection.address import Parts
from kezek.storage.postgres.fault import fault_at_the_door, fault_of

log = logging.getLogger("kezek.storage")

Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]

SERVER_LEAST = 150_000
# "KEZL": every writing connection shares this lock; moving a whole installation needs it alone.
SERVING_LOCK = 0x4B455A4C
LOCK_MS = 10_000
STATEMENT_MS = 30_000
# A frozen process must not keep the log's lock: the server ends its transaction, and others go on.
IDLE_MS = 10_000

# Every query is answered from an index.  A plan made while the tables were still empty would read them
# whole for ever after, so the planner may read a table whole only where nothing else is possible, and
# one plan a statement is enough.  Compiling plans costs more than these plans do.
_PLANS = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_PATIENCE = {
    "lock_timeout": str(LOCK_MS),
    "statement_timeout": str(STATEMENT_MS),
    "idle_in_transaction_session_timeout": str(IDLE_MS),
    "default_transaction_isolation": "read committed",
}


def connect(
    address: Parts,
    *,
    writes: bool,
    watched: Callable[[Connection], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> Connection:
    """An open connection in autocommit mode, every statement prepared at its first use.

    Its first statements run inside of `watched`.
    """
    try:
        connection = psycopg.connect(**address, autocommit=True, prepare_threshold=0)  # type: ignore[arg-type]
    except psycopg.Error as error:
        raise fault_at_the_door(error) from None
    try:
        with watched(connection):
            _prepare(connection, writes=writes)
    except psycopg.Error as error:
        connection.close()
        raise fault_of(error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Connection, *, writes: bool) -> None:
    if connection.info.server_version < SERVER_LEAST:
        raise WrongVersion(
            f"PostgreSQL {connection.info.server_version // 10_000} is too old: use 15 or newer"
        )
    wanted = {**_PLANS, **_PATIENCE, "default_transaction_read_only": "off" if writes else "on"}
    names, values = list(wanted), list(wanted.values())
    connection.execute(
        "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS s (name, value)",
        (names, values),
    )
    found = connection.execute(
        "SELECT current_setting('server_encoding'), pg_is_in_recovery(),"
        " current_setting('synchronous_commit'), current_setting('fsync')"
    ).fetchone()
    assert found is not None, "a SELECT without a table has one row"
    encoding, replica, synchronous, fsync = found
    if encoding != "UTF8":
        raise NotADatabase(
            "the database cannot hold every alphabet: create it with ENCODING 'UTF8'"
        )
    if replica:
        raise ReadOnly("the server is a replica: let the address name the primary, or all of them")
    if not writes:
        return
    _share(connection)
    if synchronous == "off":
        # Acknowledged changes are on the disk, whatever the server's setting is.
        connection.execute("SET synchronous_commit = on")
    if fsync == "off":
        log.warning("the database server runs with fsync off: a power cut will lose bookings")


def _share(connection: Connection) -> None:
    """Share the serving lock as long as the connection lasts, so that nobody gets the database alone."""
    shared = connection.execute(f"SELECT pg_try_advisory_lock_shared({SERVING_LOCK})".encode())
    if shared.fetchone() == (True,):
        return
    try:
        # Wait for a moment: the process that had it alone may have been killed just now.
        with connection.transaction():
            connection.execute(b"SET LOCAL lock_timeout = '2s'", prepare=False)
            connection.execute(f"SELECT pg_advisory_lock_shared({SERVING_LOCK})".encode())
    except psycopg.errors.LockNotAvailable:
        raise Busy(
            "the database is being copied or restored as a whole: wait until that is done"
        ) from None
