"""Whether the rule sets can serve the lines of an installation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

from kezek.app.regulation.regulation import RegulationFault
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.instant import DAY, Instant, day_start, windows
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.slot import Day, Slot


class LineSource(Protocol):
    """Committed lines with their calendars."""

    def all(self, kind: type[Line]) -> Sequence[Line]: ...

    def days(self, line: str, first: str, last: str) -> Sequence[Day]: ...

    def slots(self, line: str, first: Instant, past: Instant) -> Sequence[Slot]: ...


def must_serve(found: LineSource, rules: Regulations) -> None:
    """RegulationFault where a line's rules are not in force, or its published days have other windows
    than the version that cuts these days.
    """
    for line in found.all(Line):
        versions = rules.sets.get(line.regulation)
        if versions is None:
            there = ", ".join(one.status for one in rules.of(line.regulation)) or "none at all"
            told = f"no version of {line.regulation} is in force ({there}), and {line.id} obeys it"
            raise RegulationFault(f"{told}: put its file back, or set its status to in_force")
        for before, after in pairwise(versions.versions):
            if before.window != after.window:
                _must_be_cut(found, line, after)


def _must_be_cut(found: LineSource, line: Line, version: Regulation) -> None:
    first = version.windows_from or version.effective_on
    days = found.days(line.id, first, "9999-12-31")
    if not days:
        return
    on = date.fromisoformat(days[0].on)
    begin = day_start(on, line.zone)
    there = [slot.start for slot in found.slots(line.id, begin, begin + 2 * DAY)]
    starts = list(windows(on, line.zone, version.window))
    if there[: len(starts)] != starts:
        unpublished = date.fromisoformat(days[-1].on) + timedelta(days=1)
        raise RegulationFault(
            f"{version.id} of {version.effective_on}: the days of {line.id} up to {days[-1].on} are "
            f"published with other windows; set windows_from = {unpublished}"
        )
