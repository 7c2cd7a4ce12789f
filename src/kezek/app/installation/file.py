"""Facts about a database file: the mark in its header, the least SQLite, and its lock."""

from __future__ import annotations

from pathlib import Path

# The mark in the header of every file of ours ("KEZK"), by which other programs' files are recognised.
APPLICATION = 0x4B455A4B

# The fix for the WAL-reset bug, which can damage a database, came with this version.
SQLITE_LEAST = 3_051_003


def lock_of(path: Path) -> Path:
    """The file whose lock is the right to be the database's one server."""
    return path.with_name(path.name + "-lock")


def holder(path: Path) -> str:
    """The number of the process that locked a database last; "?" when it is unknown."""
    try:
        return lock_of(path).read_text("ascii").strip() or "?"
    except OSError:
        return "?"
