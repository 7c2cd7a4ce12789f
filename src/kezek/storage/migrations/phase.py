"""Two phases, so that a release and the one before it can work on one database at the same time.

A step expands: it only adds, and what the release before writes stays right.  Or it contracts: it takes
away or forbids what only that release still needed.  A start expands.  Contracting is done when told, or
by the start of the next release, and by then nobody of the release before is there any more.

Each step says `phase`, and `since`: the step of the oldest release that can work on a database which has
had it.  The database remembers that, for a release that does not know the step.
"""

from __future__ import annotations

from collections.abc import Callable

from kezek.storage.fault import WrongVersion
from kezek.storage.migrations.head import CONTRACTS, HEAD

EXPAND, CONTRACT = "expand", "contract"
# Steps before this one were made when there was one phase only.
FIRST = "0003"
# A table of its own, not among those of an installation: it belongs to the schema, not to the queue.
TABLE = "schema_since"
READ = f"SELECT since FROM {TABLE}"


def last() -> str:
    """The newest step of this release, contracted or not."""
    return (HEAD, *CONTRACTS)[-1]


def fits(version: str, since: Callable[[], str]) -> bool:
    """Whether this release works on a database as it is; `since` reads what it remembers, empty for
    nothing.
    """
    if version == HEAD or version in CONTRACTS:
        return True
    # A newer release has been here.  It has only added, as far as this one is concerned, or it has not.
    return version > HEAD and "" < since() <= HEAD


def refuse_unknown(version: str, since: Callable[[], str], where: str) -> None:
    """WrongVersion when a start could neither work on a database nor lead it on."""
    if not fits(version, since) and not (version.isdecimal() and "0001" <= version < HEAD):
        raise WrongVersion(
            f"{where} was written by another version of the server (schema {version}, this one knows up "
            f"to {HEAD}): install that version or a newer one; it is left as it is"
        )


def remember(since: str) -> str:
    """The statements by which a database remembers, in words that both databases know."""
    return (
        f"CREATE TABLE IF NOT EXISTS {TABLE} (since TEXT NOT NULL);\n"
        f"DELETE FROM {TABLE};\n"
        f"INSERT INTO {TABLE} (since) VALUES ('{since}');\n"
    )
