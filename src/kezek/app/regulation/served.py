"""Whether the rule sets can serve the lines of an installation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
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
        if len({one.window for one in versions.versions}) > 1:
            for version, first, last in _ranges(versions.versions):
                _must_be_cut(found, line, version, first, last)


def _ranges(versions: Sequence[Regulation]) -> Iterator[tuple[Regulation, str, str]]:
    """Each version with the first and the last day that it cuts into windows."""
    begins = ["", *(one.windows_from or one.effective_on for one in versions[1:])]
    for version, first, past in zip(versions, begins, [*begins[1:], ""], strict=True):
        last = (date.fromisoformat(past) - timedelta(days=1)).isoformat() if past else "9999-12-31"
        yield version, first, last


def _must_be_cut(found: LineSource, line: Line, version: Regulation, first: str, last: str) -> None:
    """RegulationFault where the first or the last published day of a version has other windows."""
    days = found.days(line.id, first, last)
    if not days or all(_is_cut(found, line, version, day) for day in (days[0], days[-1])):
        return
    told = f"{version.id} of {version.effective_on}: the days of {line.id}"
    if _is_cut(found, line, version, days[0]):
        # A later version has cut the last days, and begins later now.
        anew = next(day.on for day in days if not _is_cut(found, line, version, day))
        raise RegulationFault(
            f"{told} from {anew} on are published with the windows of a later version; set its "
            f"windows_from = {anew}, or its effective_on where it has none"
        )
    if not first:
        raise RegulationFault(
            f"{told} from {days[0].on} on are published with other windows; put back the file of the "
            "version that cut them"
        )
    every = found.days(line.id, first, "9999-12-31")
    unpublished = date.fromisoformat(every[-1].on) + timedelta(days=1)
    raise RegulationFault(
        f"{told} up to {every[-1].on} are published with other windows; set windows_from = "
        f"{unpublished}"
    )


def _is_cut(found: LineSource, line: Line, version: Regulation, day: Day) -> bool:
    """Whether a published day has the windows of a version."""
    on = date.fromisoformat(day.on)
    begin = day_start(on, line.zone)
    there = [slot.start for slot in found.slots(line.id, begin, begin + 2 * DAY)]
    starts = list(windows(on, line.zone, version.window))
    return there[: len(starts)] == starts
