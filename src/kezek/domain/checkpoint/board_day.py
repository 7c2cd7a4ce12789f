"""The days of a post on a published load board, and the places that follow from them.

The board of CarGoRuqsat publishes what is *left*: ordinary places (1 MRP) and dear ones (100 MRP).
A post without bookings shows, for example, 700 and 7: the dear pool is the hundredth part of the
ordinary one, rounded up.  Capacity is the largest sum ever seen, a lower bound of the real quota.  The
places missing from it on a day are protected: taken without a booking of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from kezek.domain.kernel.spread import fit, spread
from kezek.domain.kernel.value import value

HOURS = 24
# A quota has one dear place for each 100 ordinary ones, rounded up: ceil(Q / 101) of Q.
_DEAR_ONE_IN = 101


@value(frozen=True, slots=True)
class BoardDay:
    """One line of a board: places left on a local day.  Both numbers are 0 on a closed day."""

    checkpoint: str
    on: date
    open: bool
    free_ordinary: int
    free_kept: int

    @property
    def free(self) -> int:
        return self.free_ordinary + self.free_kept


@value(frozen=True, slots=True)
class DayPlaces:
    """The places of a post on a local day, in vehicles; hourly tuples have 24 parts, midnight first.

    `kept` of the capacity is the dear pool.  `protected` sums to protected_ordinary + protected_kept.
    `basis` is "board", "assumed" beyond it, or "ours" without one.  A closed day has no places at all.
    """

    on: date
    open: bool
    capacity: int
    kept: int
    places: tuple[int, ...]
    protected: tuple[int, ...]
    protected_ordinary: int
    protected_kept: int
    basis: str

    @property
    def free(self) -> tuple[int, ...]:
        """Free places in each hour."""
        return tuple(all_ - taken for all_, taken in zip(self.places, self.protected, strict=True))


def by_checkpoint(days: Iterable[BoardDay]) -> dict[str, tuple[BoardDay, ...]]:
    """A board's days of each post, in order of date."""
    posts: dict[str, list[BoardDay]] = {}
    for day in days:
        posts.setdefault(day.checkpoint, []).append(day)
    return {post: tuple(sorted(rows, key=lambda day: day.on)) for post, rows in posts.items()}


def days_of_board(
    days: Sequence[BoardDay], *, seen_on: date, seen_hour: int
) -> tuple[DayPlaces, ...] | None:
    """The places of each day of one post's board, or None: no line.

    `seen_on` and `seen_hour` (0..23) are the post's local moment at which the board was read.  None when
    the post is closed on every day, or never had a place left, so that its quota is unknown.
    """
    assert 0 <= seen_hour < HOURS, "an hour of the day"
    assert len({day.checkpoint for day in days}) <= 1, "the board of one post"
    assert all(before.on < after.on for before, after in pairwise(days)), "days in order, each once"
    quota = max((day.free for day in days if day.open), default=0)
    if quota == 0:
        return None
    return tuple(
        _day_places(day, quota, from_hour=seen_hour if day.on == seen_on else 0) for day in days
    )


def _day_places(day: BoardDay, quota: int, *, from_hour: int) -> DayPlaces:
    if not day.open:
        return DayPlaces(
            on=day.on,
            open=False,
            capacity=0,
            kept=0,
            places=(0,) * HOURS,
            protected=(0,) * HOURS,
            protected_ordinary=0,
            protected_kept=0,
            basis="board",
        )
    # On busy days the board shows the dear pool above its share.  The pool is bounded so that the
    # ordinary places left still fit beside it.
    share = -(-quota // _DEAR_ONE_IN)
    kept = max(day.free_kept, min(share, quota - day.free_ordinary))
    places = _places(quota, day.free, from_hour)
    free = (0,) * from_hour + fit(day.free, places[from_hour:])
    return DayPlaces(
        on=day.on,
        open=True,
        capacity=quota,
        kept=kept,
        places=places,
        protected=tuple(all_ - left for all_, left in zip(places, free, strict=True)),
        protected_ordinary=quota - kept - day.free_ordinary,
        protected_kept=kept - day.free_kept,
        basis="board",
    )


def _places(quota: int, free: int, from_hour: int) -> tuple[int, ...]:
    """The quota over the hours of a day, with room for `free` places from `from_hour` on.

    The even spread is our assumption, the places left are a published fact, so the fact wins: later
    hours get the places that it needs, earlier hours have fewer, and the day's quota stays.  (On the
    real board this happens once: Bidaik at 17:23, 50 left, 49 by the even spread.)
    """
    even = spread(quota, HOURS)
    if free <= sum(even[from_hour:]):
        return even
    return spread(quota - free, from_hour) + spread(free, HOURS - from_hour)


def assumed(days: Sequence[DayPlaces], on: date) -> DayPlaces:
    """The places of a day beyond the board: those of its last open day, marked as assumed.

    They are spread over the whole day anew.  Otherwise a board that ends on the day of its reading would
    repeat the hours that were over by then as hours without places.
    """
    assert days, "a post with a board"
    assert on > days[-1].on, "a day beyond the board"
    last = next(day for day in reversed(days) if day.open)
    places = spread(last.capacity, HOURS)
    free = fit(sum(last.free), places)
    return DayPlaces(
        on=on,
        open=True,
        capacity=last.capacity,
        kept=last.kept,
        places=places,
        protected=tuple(all_ - left for all_, left in zip(places, free, strict=True)),
        protected_ordinary=last.protected_ordinary,
        protected_kept=last.protected_kept,
        basis="assumed",
    )
