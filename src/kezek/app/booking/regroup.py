"""Hours for bookings that lost theirs: for each the first free window from the lost one on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kezek.app.booking.lost_time import LostTime
from kezek.app.booking.ticket import TicketView
from kezek.app.checkpoint.checkpoint import Post
from kezek.app.slot.availability import HourPlaces, LinePlaces, LocalDay
from kezek.domain.kernel.instant import Instant
from kezek.domain.regulation.regulation import ClassRule, Pool
from kezek.domain.slot.place import bookable

# Windows to choose from: so many before the proposed one, and so many with it and after it.
BEFORE_MAX, AFTER_MAX = 12, 36


@dataclass(frozen=True, slots=True)
class Proposed:
    """`start` is the window proposed, None where none has a place; `choices` are windows with places.

    `earlier` says that every window with a place begins before the lost one.
    """

    view: TicketView
    lost: LostTime
    start: Instant | None
    choices: tuple[Instant, ...]
    earlier: bool


def proposals(
    views: Sequence[TicketView],
    lost: Mapping[int, LostTime],
    places: Callable[[Post], LinePlaces | None],
    now: Instant,
) -> list[Proposed]:
    """A window for each booking, in the order given; together they take no place twice.

    A window that runs is none of them: nobody drives to it in time.  The desk decides later.
    """
    used: Counter[tuple[str, object]] = Counter()
    found = []
    known: dict[tuple[str, str], list[tuple[LocalDay, HourPlaces]]] = {}
    for view in views:
        line, rule, had = view.booking.line, _rule(view), lost[view.booking.number]
        if (line, rule.name) not in known:
            known[line, rule.name] = list(_free(view.post, rule, places(view.post), now))
        free = known[line, rule.name]
        chosen: int | None = None
        for place in _by_nearness(free, had.start):
            day, hour = free[place]
            pool = (line, (day.on, rule.pool))
            if _left(hour, rule) > used[line, hour.start] and day.left(rule) > used[pool]:
                used[line, hour.start] += 1
                used[pool] += 1
                chosen = place
                break
        found.append(_proposed(view, had, [hour.start for _, hour in free], chosen))
    return found


def next_free(
    post: Post, rule: ClassRule, places: LinePlaces | None, wanted: Instant, now: Instant
) -> Instant | None:
    """The first free window from a wanted one on, else the first of all; None where none is free."""
    starts = [hour.start for _, hour in _free(post, rule, places, now)]
    return next((start for start in starts if start >= wanted), next(iter(starts), None))


def _proposed(
    view: TicketView, lost: LostTime, starts: Sequence[Instant], chosen: int | None
) -> Proposed:
    if chosen is None:
        return Proposed(view, lost, None, (), earlier=False)
    around = tuple(starts[max(0, chosen - BEFORE_MAX) : chosen + AFTER_MAX])
    return Proposed(view, lost, starts[chosen], around, earlier=starts[chosen] < lost.start)


def _by_nearness(free: Sequence[tuple[LocalDay, HourPlaces]], lost: Instant) -> Iterator[int]:
    """Positions of the windows: from the lost one on, then those before it, the latest first."""
    places = range(len(free))
    yield from (place for place in places if free[place][1].start >= lost)
    yield from (place for place in reversed(places) if free[place][1].start < lost)


def _rule(view: TicketView) -> ClassRule:
    assert view.post.regulation is not None, "a ticket stands in a line with a regulation"
    return view.post.regulation.classes[view.booking.vehicle_class]


def _left(hour: HourPlaces, rule: ClassRule) -> int:
    return hour.ordinary if rule.pool is Pool.ORDINARY else hour.kept


def _free(
    post: Post, rule: ClassRule, places: LinePlaces | None, now: Instant
) -> Iterator[tuple[LocalDay, HourPlaces]]:
    line, regulation = post.line, post.regulation
    if places is None or line is None or regulation is None:
        return
    for day in places.days:
        for hour in day.hours:
            ahead = hour.start > now and not bookable(line, regulation, hour.start, now)
            if _left(hour, rule) > 0 and ahead:
                yield day, hour
