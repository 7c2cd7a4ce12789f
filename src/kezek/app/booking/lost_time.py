"""The window that a displaced booking lost, its reason, and until when another can be chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from kezek.app.booking.ticket import TicketView
from kezek.app.port import Reader
from kezek.domain.booking.status import Status, given_up_at
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import Instant


@dataclass(frozen=True, slots=True)
class LostTime:
    """`start` began the lost window, `why` is the agency's reason, and the booking ends at `until`."""

    start: Instant
    why: str
    until: Instant


def lost_time(reader: Reader, view: TicketView) -> LostTime:
    """The lost time of a displaced booking, read from its events."""
    events = reader.history(view.booking.number)
    lost = [event for event in events if event.kind == EventKind.DISPLACED]
    assert lost, "a displaced booking had a time"
    return _lost_time(lost[-1], view)


def lost_times(reader: Reader, views: Sequence[TicketView]) -> dict[int, LostTime]:
    """The lost times of the displaced bookings among these, by number, with one query a line."""
    displaced = {v.booking.number: v for v in views if v.status is Status.DISPLACED}
    since: dict[str, Instant] = {}
    for view in displaced.values():
        at = view.booking.displaced_at
        assert at is not None, "only a displacement takes the window away"
        since[view.booking.line] = min(at, since.get(view.booking.line, at))
    found: dict[int, LostTime] = {}
    for line, first in since.items():
        for event in reader.of_kind(line, EventKind.DISPLACED, first):
            # The latest event comes first, because a booking may have lost several windows.
            if event.number in displaced and event.number not in found:
                found[event.number] = _lost_time(event, displaced[event.number])
    return found


def _lost_time(event: Logged, view: TicketView) -> LostTime:
    body, regulation = json.loads(event.body), view.rules
    return LostTime(body["from"], body.get("why") or "", given_up_at(view.booking, regulation))
