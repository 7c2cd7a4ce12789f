"""Hours for bookings that lost theirs: for each the earliest window with a place, in the order given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kezek.app.availability import DayPlaces, HourPlaces, LinePlaces
from kezek.app.checkpoint import Post
from kezek.app.ticket import TicketView
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import ClassRule, Pool
from kezek.domain.slot.place import bookable

CHOICES_MAX = 48


@dataclass(frozen=True, slots=True)
class Proposed:
    """`start` is the window proposed, None where none has a place; `choices` are windows with places."""

    view: TicketView
    start: Instant | None
    choices: tuple[Instant, ...]


def proposals(
    views: Sequence[TicketView], places: Callable[[Post], LinePlaces | None], now: Instant
) -> list[Proposed]:
    """A window for each booking, so that together they take no place twice; the desk decides later."""
    used: Counter[tuple[str, object]] = Counter()
    found = []
    for view in views:
        post, rule = view.post, _rule(view)
        assert post.line is not None, "a ticket stands in a line"
        line, choices = post.line.id, []
        start: Instant | None = None
        for day, hour in _open(view, places(post), now):
            choices.append(hour.start)
            pool = (line, (day.on, rule.pool))
            free = _left(hour, rule) > used[line, hour.start] and day.left(rule) > used[pool]
            if start is None and free:
                start = hour.start
                used[line, hour.start] += 1
                used[pool] += 1
            if start is not None and len(choices) >= CHOICES_MAX:
                break
        found.append(Proposed(view, start, tuple(choices)))
    return found


def _rule(view: TicketView) -> ClassRule:
    assert view.post.regulation is not None, "a ticket stands in a line with a regulation"
    return view.post.regulation.classes[view.booking.vehicle_class]


def _left(hour: HourPlaces, rule: ClassRule) -> int:
    return hour.ordinary if rule.pool is Pool.ORDINARY else hour.kept


def _open(
    view: TicketView, places: LinePlaces | None, now: Instant
) -> Iterator[tuple[DayPlaces, HourPlaces]]:
    line, regulation, rule = view.post.line, view.post.regulation, _rule(view)
    if places is None or line is None or regulation is None:
        return
    for day in places.days:
        for hour in day.hours:
            if _left(hour, rule) > 0 and not bookable(line, regulation, hour.start, now):
                yield day, hour
