"""Faults of all stores, one for each problem that an operator can solve.

`ailment` is the code that a server shows for the fault (`app/server/readiness.py`).
"""

from __future__ import annotations

from kezek.app.port import StoreFault


class Away(StoreFault):
    """The database cannot be reached."""

    ailment = "database_away"


class ReadOnly(StoreFault):
    """The database takes no changes."""

    ailment = "database_read_only"


class Full(StoreFault):
    """The disk has no room; the store goes on as soon as there is some."""

    ailment = "database_full"


class Failing(StoreFault):
    """The disk, the file system or the memory reports errors."""


class Busy(StoreFault):
    """A lock, a connection or an answer was waited for in vain."""

    ailment = "database_busy"


class NotADatabase(StoreFault):
    """The file or database belongs to another program, or cannot hold our rows."""

    permanent = True


class Damaged(StoreFault):
    """The stored content contradicts itself or differs from the written one."""

    permanent = True
    ailment = "database_damaged"


class WrongVersion(StoreFault):
    """The database was written by, or needs, an unknown version."""

    permanent = True
    ailment = "schema_unknown"


class Closed(StoreFault):
    """The store was closed."""

    permanent = True
