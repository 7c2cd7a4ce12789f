"""Whether a line is closed now, and why; every channel shows it before a step."""

from __future__ import annotations

from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.port import Reader
from kezek.domain.kernel.instant import Instant
from kezek.domain.slot.place import closed_day
from kezek.domain.slot.slot import Day


def closed_today(reader: Reader, served: ServedLine, now: Instant) -> Day | None:
    """The line's present day if it is closed; None where it is open."""
    return closed_day(reader, served.line, now)
