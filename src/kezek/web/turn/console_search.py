"""What an officer looked for: what was found, and what a scanned text is that opens nothing here."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kezek.app.booking.find import near_codes
from kezek.app.booking.papers import Scan
from kezek.i18n import names
from kezek.web.turn.console_rows import Hit
from kezek.web.turn.console_view import LineView

HITS_MAX, NEAR_MAX = 5, 3
QR_LENGTH_MIN = 60  # nobody types a plate of this length, so it was scanned


class Scanned(StrEnum):
    """Why a scanned text opens nothing at this post."""

    UNREADABLE = "unreadable"
    FORGED = "forged"
    ELSEWHERE = "elsewhere"


class ConsoleSearch(NamedTuple):
    """What was looked for and found.

    `q` goes back into the field, so that a plate can be corrected; a scanned text does not.  `scan` is
    a `Scanned`, or empty; `layout` names the keyboard through which an unreadable text came, if known.
    `near` are codes of the line that a typed one may have been meant for.
    """

    q: str
    asked: str
    scan: str
    layout: str
    hits: list[Hit]
    more: int
    near: list[str]


def searched(view: LineView, q: str) -> ConsoleSearch:
    """The officer's search at one post."""
    here = view.here
    if not q:
        return ConsoleSearch("", "", "", "", [], 0, [])
    found = here.application.finder.find(view.post, q, here.now)
    scan = here.application.papers.scan(q, here.now)
    scanned = scan.begins or len(q) >= QR_LENGTH_MIN
    genuine = True if scan.number is not None else None
    return ConsoleSearch(
        q="" if scanned else q,
        asked=q[:QR_LENGTH_MIN],
        scan=_why_not(scan) if scanned and not found else "",
        layout=names.layout(scan.layout, here.lang),
        hits=view.hits(found[:HITS_MAX], genuine=genuine),
        more=max(0, len(found) - HITS_MAX),
        near=[] if scanned or found else near_codes(q, view.codes())[:NEAR_MAX],
    )


def _why_not(scan: Scan) -> Scanned:
    """An unreadable text accuses nobody: only one that is whole and not signed by us is no ticket."""
    if scan.number is not None:
        return Scanned.ELSEWHERE
    return Scanned.FORGED if scan.forged else Scanned.UNREADABLE
