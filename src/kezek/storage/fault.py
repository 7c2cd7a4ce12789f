"""How a store fails, whichever it is: one name for each thing that an operator can do something about.

`ailment` is what a server suffers from that meets it (`app/server/readiness.py`).
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
    """The disk has no room; the store works on as soon as there is some."""

    ailment = "database_full"


class Failing(StoreFault):
    """The disk, the file system or the memory reports errors."""


class Busy(StoreFault):
    """A lock, a connection or an answer was waited for in vain."""

    ailment = "database_busy"


class NotADatabase(StoreFault):
    """What is there is not there for us: another program's, or nothing that can hold our rows."""

    permanent = True


class Damaged(StoreFault):
    """What is stored contradicts itself, or is not what was written."""

    permanent = True
    ailment = "database_damaged"


class WrongVersion(StoreFault):
    """It was written by, or is, a version that this one does not know."""

    permanent = True
    ailment = "schema_unknown"


class Closed(StoreFault):
    """The store was closed."""

    permanent = True
