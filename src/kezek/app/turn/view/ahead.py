"""The trucks ahead of a waiting truck, in groups by cause that add up to its place less one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kezek.app.port import Reader
from kezek.app.turn.queue import Queue, WaitingTruck
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import HOUR, Instant
from kezek.domain.turn.order import EARLIER_WINDOW, cause_ahead

_BY_HAND = (EventKind.CALLED_OUT_OF_TURN, EventKind.SET_ASIDE)


class AheadCause(StrEnum):
    """Why a truck is ahead: its window is the earlier one, its class is called in between, this truck
    lost the place of its window (late, or a missed call), or of one window it arrived first.
    """

    EARLIER_HOUR = "earlier_hour"
    CLASS = "class"
    BEHIND = "behind"
    SAME_HOUR = "same_hour"


@dataclass(frozen=True, slots=True)
class AheadGroup:
    """Trucks ahead for one cause: of a `window`, or of a `vehicle_class`; `arrived` is in order."""

    cause: AheadCause
    window: Instant | None
    vehicle_class: str
    arrived: tuple[Instant, ...]


def ahead_of(queue: Queue, mine: WaitingTruck) -> list[AheadGroup]:
    """The groups in the order of the line's heads."""
    entries = {entry.turn.number: entry for entry in queue.entries}
    after = entries[mine.seen.number]
    groups: dict[tuple[AheadCause, Instant | None, str], list[Instant]] = {}
    for other in queue.waiting[: mine.place - 1]:
        cause = cause_ahead(entries[other.seen.number], after)
        groups.setdefault(_group(other, mine, cause), []).append(other.arrived_at)
    return [AheadGroup(*group, tuple(arrived)) for group, arrived in groups.items()]


def moved_by_hand(reader: Reader, line: str, now: Instant) -> int:
    """Calls out of turn, and places that two people took away, in the last hour."""
    return sum(reader.counted(line, kind, now - HOUR) for kind in _BY_HAND)


def _group(
    other: WaitingTruck, mine: WaitingTruck, cause: str
) -> tuple[AheadCause, Instant | None, str]:
    same_class = other.seen.vehicle_class == mine.seen.vehicle_class
    if same_class and mine.behind:
        return (AheadCause.BEHIND, None, "")
    if cause == EARLIER_WINDOW and other.window is not None and not mine.behind:
        return (AheadCause.EARLIER_HOUR, other.window, "")
    if not same_class:
        return (AheadCause.CLASS, None, other.seen.vehicle_class)
    return (AheadCause.SAME_HOUR, None, "")
