"""Faults of SQLite, with sentences that say what to do.

No sentence quotes a value: SQLite's own messages name tables, columns and constraints only.
"""

from __future__ import annotations

import apsw

from kezek.app.port import StoreFault
from kezek.storage import fault
from kezek.storage.fault import Busy, Closed, Damaged, Failing, Full, NotADatabase


class Away(fault.Away):
    """The file or its folder cannot be reached, and no waiting brings it back."""

    permanent = True


class ReadOnly(fault.ReadOnly):
    """The file or its folder may not be written until somebody allows it."""

    permanent = True


_FAULTS: tuple[tuple[type[apsw.Error], type[StoreFault], str], ...] = (
    (
        apsw.FullError,
        Full,
        "the disk has no room for the database: free some space; nothing of this change was kept",
    ),
    (
        apsw.ReadOnlyError,
        ReadOnly,
        "the database may not be written: give the server's user the right to write in its folder",
    ),
    (
        apsw.PermissionsError,
        ReadOnly,
        "the database may not be used: give the server's user the right to read and write it",
    ),
    (
        apsw.CantOpenError,
        Away,
        "the database cannot be opened: see that its folder exists, may be written and is mounted",
    ),
    (
        apsw.NotADBError,
        NotADatabase,
        "the file is not a database: point the server at another path; the file is left as it is",
    ),
    (
        apsw.CorruptError,
        Damaged,
        "the database is damaged: stop the server, keep the file, and restore the last backup",
    ),
    (
        apsw.BusyError,
        Busy,
        "another program keeps the database locked: close it, or wait until it is done",
    ),
    (
        apsw.IOError,
        Failing,
        "the disk reports an error: look at the system's log; nothing of this change is promised",
    ),
    (apsw.ConnectionClosedError, Closed, "the store is closed"),
    (apsw.CursorClosedError, Closed, "the store is closed"),
)


def fault_of(error: apsw.Error) -> Exception:
    """The exception that replaces SQLite's.

    A violated constraint is our own mistake, so it becomes an AssertionError: the rest of the batch is
    then tried without the command at fault, and the operator is not sent to the disk.
    """
    if isinstance(error, apsw.ConstraintError | apsw.MismatchError):
        return AssertionError(f"the last fence stopped a write: {error}")
    for kind, known, sentence in _FAULTS:
        if isinstance(error, kind):
            return known(sentence)
    return StoreFault(f"the database failed: {type(error).__name__}")
