"""Two phases, so that a release and the one before it can work on one database at the same time.

A step that expands only adds, and rows written by the release before stay valid.  A step that contracts
removes or forbids things that only that release needed.  A start expands.  Contracting is done on
request, or by the start of the next release, when no server of the release before runs any more.

Each step has its `phase`, and `since`: the step of the oldest release that can work on a database after
it.  The database stores `since`, for a release that does not know the step.
"""

from __future__ import annotations

from collections.abc import Callable

from kezek.storage.fault import WrongVersion
from kezek.storage.migrations.head import CONTRACTS, HEAD

EXPAND, CONTRACT = "expand", "contract"
# The first step with a phase; earlier ones were made when there was one phase only.
FIRST = "0003"
# A table of its own, not among those of an installation: it belongs to the schema, not to the queue.
TABLE = "schema_since"
READ = f"SELECT since FROM {TABLE}"


def last() -> str:
    """The newest step of this release, contracted or not."""
    return (HEAD, *CONTRACTS)[-1]


def fits(version: str, since: Callable[[], str]) -> bool:
    """Whether this release can work on a database as it is; `since` reads the stored step, empty for
    none.
    """
    if version == HEAD or version in CONTRACTS:
        return True
    # A newer release has migrated the database; this one can work on it if the steps since only added.
    return version > HEAD and "" < since() <= HEAD


def refuse_unknown(version: str, since: Callable[[], str], where: str) -> None:
    """WrongVersion when this release can neither work on a database nor migrate it."""
    if not fits(version, since) and not (version.isdecimal() and "0001" <= version < HEAD):
        raise WrongVersion(
            f"{where} was written by another version of the server (schema {version}, this one knows up "
            f"to {HEAD}): install that version or a newer one; it is left as it is"
        )


def remember(since: str) -> str:
    """The statements that store `since`, in SQL that both databases know."""
    return (
        f"CREATE TABLE IF NOT EXISTS {TABLE} (since TEXT NOT NULL);\n"
        f"DELETE FROM {TABLE};\n"
        f"INSERT INTO {TABLE} (since) VALUES ('{since}');\n"
    )
