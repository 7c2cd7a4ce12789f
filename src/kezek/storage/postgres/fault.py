"""Faults of PostgreSQL, with sentences that say what to do.

No sentence quotes the server's message: it may hold values of rows, and an address may hold a password.
"""

from __future__ import annotations

import psycopg

from kezek.app.port import Conflict, StoreFault
from kezek.storage.fault import (
    Away,
    Busy,
    Damaged,
    Failing,
    Full,
    NotADatabase,
    ReadOnly,
)


class Lost(Conflict):
    """The connection went before anything was kept."""

    ailment = "database_away"


class Forbidden(StoreFault):
    """The server refuses this user, or this action of the user."""

    permanent = True


_AWAY = (
    "the database server cannot be reached: see that it runs and that the address names it; "
    "the store goes on by itself when it is back"
)
_LOST = "the connection to the database was lost before anything was kept: it is tried again"
_BUSY = (
    "the database did not answer in time: another program holds a lock, or it has too much to do"
)
_FORBIDDEN = "the database does not allow this user to do that: let the user own the database"
_NO_ENTRY = (
    "the database does not let this user connect: grant it the right (GRANT CONNECT ON DATABASE), or let"
    " it own the database"
)
_STRANGER = (
    "the database server refuses the user or the password: correct them in the address or in"
    " ~/.pgpass"
)

# By the first characters of SQLSTATE, the longest first.
_FAULTS: tuple[tuple[str, type[StoreFault], str], ...] = (
    ("40", Conflict, "another process came in between: nothing of this change was kept"),
    ("55P03", Busy, _BUSY),
    ("57014", Busy, _BUSY),
    ("53300", Busy, "the database server has no connection left: raise its max_connections"),
    (
        "53100",
        Full,
        "the disk of the database has no room: free some space; nothing of this change was kept",
    ),
    ("53", Failing, "the database server has too little memory: nothing of this change was kept"),
    (
        "25006",
        ReadOnly,
        "the database takes no changes now: it is a replica, or set to read-only",
    ),
    ("42501", Forbidden, _FORBIDDEN),
    ("28", Forbidden, _STRANGER),
    ("3D", NotADatabase, "there is no such database on the server: create it first"),
    (
        "58",
        Failing,
        "the database server's disk reports an error: look at its log; nothing is promised",
    ),
    (
        "XX",
        Damaged,
        "the database is damaged: keep it as it is, and restore the last backup",
    ),
)
# Codes with which the connection ends: a restart, a crash, an idle transaction, a broken connection.
_PARTINGS = ("08", "57P", "25P03")

# Messages of English servers from before the connection is open, when there is no code.
_AT_THE_DOOR: tuple[tuple[str, type[StoreFault], str], ...] = (
    ("password", Forbidden, _STRANGER),
    ("authentication", Forbidden, _STRANGER),
    ("pg_hba.conf", Forbidden, "the database server lets nobody in from here: see its pg_hba.conf"),
    ("permission denied", Forbidden, _NO_ENTRY),
    (
        "role",
        Forbidden,
        "the database server knows no such user: create it, or correct the address",
    ),
    ("database", NotADatabase, "there is no such database on the server: create it first"),
    (
        "too many clients",
        Busy,
        "the database server has no connection left: raise its max_connections",
    ),
    (
        "connection slots",
        Busy,
        "the database server has no connection left: raise its max_connections",
    ),
    (
        "session is read-only",
        ReadOnly,
        "no server of the address takes changes: all of them are replicas, or set to read-only",
    ),
)
_DOOR_WORDS = {"role": "does not exist", "database": "does not exist"}


def parted(error: psycopg.Error) -> bool:
    """Whether the connection is gone, so that the outcome of the last statements is unknown."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_PARTINGS)


def fault_of(error: psycopg.Error) -> Exception:
    """The exception that replaces the driver's.

    A violated constraint is our own mistake, so it becomes an AssertionError: the rest of the batch is
    then tried without the command at fault, and the operator is not sent to the server.
    """
    if parted(error):
        return Lost(_LOST)
    state = error.sqlstate or ""
    for start, kind, sentence in _FAULTS:
        if state.startswith(start):
            return kind(sentence)
    if isinstance(error, psycopg.IntegrityError | psycopg.DataError):
        where = error.diag.constraint_name or error.diag.column_name or state
        return AssertionError(f"the last fence stopped a write: {error.diag.table_name} {where}")
    return StoreFault(f"the database failed: {type(error).__name__} {state}".rstrip())


def fault_at_the_door(error: psycopg.Error) -> StoreFault:
    """Why no connection was opened."""
    text = str(error)
    for word, kind, sentence in _AT_THE_DOOR:
        if word in text and _DOOR_WORDS.get(word, "") in text:
            return kind(sentence)
    return Away(_AWAY)
