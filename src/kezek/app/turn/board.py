"""The public board: the whole network on one sheet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from kezek.app.checkpoint.checkpoint import Network, Post, ServedLine
from kezek.app.checkpoint.place_name import PostNames
from kezek.app.port import Reader
from kezek.app.slot.availability import Availability, LinePlaces, LocalDay
from kezek.app.turn.queue import Queue, Queues
from kezek.domain.checkpoint.checkpoint import SEA, Checkpoint
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.instant import Instant

SOONER_MAX = 3  # posts that are named instead of a full one


@dataclass(frozen=True, slots=True)
class PostRow:
    """A line on the board, or a post at which none runs.

    `state` is open (a place today or later this week), full (no ordinary place within seven days),
    closed (today is closed), or no_line.
    """

    checkpoint: Checkpoint
    names: PostNames
    served: ServedLine | None
    state: str
    places: LinePlaces | None
    queue: Queue | None

    @property
    def place(self) -> str:
        """What names the row in addresses."""
        return self.served.place if self.served else self.checkpoint.id

    @property
    def zone(self) -> str:
        return self.served.line.zone if self.served else self.checkpoint.zone

    @property
    def state_today(self) -> str:
        """`state`, but full without an ordinary place today, whatever later days have."""
        today = self.today
        full = today is not None and self.next_free is not None and not today.ordinary
        return "full" if self.state == "open" and full else self.state

    @property
    def today(self) -> LocalDay | None:
        return self.places.today if self.places else None

    @property
    def next_free(self) -> LocalDay | None:
        return self.places.next_free if self.places else None

    @property
    def waiting(self) -> int | None:
        """Trucks waiting, None where no line runs."""
        return None if self.queue is None else len(self.queue.waiting)

    @property
    def waiting_due(self) -> int | None:
        """Waiting trucks whose window has begun, None where no line runs; the others came early."""
        return None if self.queue is None else self.queue.waiting_due


class BoardRows:
    """Rows of the network board."""

    def __init__(self, network: Network, availability: Availability, queues: Queues) -> None:
        self._network, self._availability, self._queues = network, availability, queues

    def row(self, served: ServedLine, now: Instant) -> PostRow:
        """One line's row."""
        places = self._availability.of(served, now)
        queue = self._queues.of(served, now)
        return PostRow(served.checkpoint, served.names, served, state_of(places), places, queue)

    def rows_of(self, post: Post, now: Instant) -> list[PostRow]:
        """The rows of a post's lines, the usual line first; one without figures where no line runs."""
        if not post.lines:
            return [PostRow(post.checkpoint, post.names, None, state_of(None), None, None)]
        return [self.row(served, now) for served in post.lines]

    def row_at(self, place: str, now: Instant) -> PostRow | None:
        """The row of a line's id or a checkpoint's; None where neither is known."""
        served = self._network.of_line(place)
        post = None if served else self._network.post(place)
        if served is not None:
            return self.row(served, now)
        return self.rows_of(post, now)[0] if post else None

    def sooner(self, row: PostRow, now: Instant) -> list[PostRow]:
        """Lines of other posts in the same direction and to the same neighbour that have an earlier free
        place, the earliest first; none for a line with an ordinary place today.
        """
        towards = row.checkpoint.neighbour_country
        full = row.today is not None and not row.today.ordinary
        if row.served is None or row.places is None or not full or towards in ("", SEA):
            return []
        own = row.places.first_free()
        found = []
        for served in self._network.served().values():
            elsewhere = served.checkpoint.id != row.checkpoint.id
            same_way = served.line.direction == row.served.line.direction
            if not (elsewhere and same_way and served.checkpoint.neighbour_country == towards):
                continue
            other = self.row(served, now)
            free = other.places.first_free() if other.places else None
            if free is not None and (own is None or free.start < own.start):
                found.append((free.start, served.place, other))
        return [other for *_, other in sorted(found, key=lambda one: one[:2])[:SOONER_MAX]]

    def rows(self, now: Instant) -> list[PostRow]:
        """Every line of the network and every post without one, in the order of the posts' ids."""
        posts = self._network.posts().values()
        return [row for post in posts for row in self.rows_of(post, now)]


WEEK = 7


def state_of(places: LinePlaces | None) -> str:
    """The state of a post on the board."""
    if places is None or places.today is None:
        return "no_line"
    if places.today.state == "closed":
        return "closed"
    soon = places.days[:WEEK]
    return "open" if any(day.ordinary for day in soon) else "full"


@dataclass(frozen=True, slots=True)
class HourCount:
    """A window of today: trucks that crossed in it; until it is over, its booked and free places."""

    start: Instant
    crossed: int
    booked: int
    free: int


def hours_of_today(reader: Reader, row: PostRow, now: Instant) -> list[HourCount]:
    """Today by window; empty where no line runs."""
    day, served = row.today, row.served
    if day is None or served is None:
        return []
    line, length = served.line.id, served.of_day(day.on, now).window
    since = [
        reader.counted(line, EventKind.CROSSED, places.start) if places.start <= now else 0
        for places in day.hours
    ]
    counts = []
    for places, (begun, next_begun) in zip(day.hours, pairwise([*since, 0]), strict=True):
        crossed, over = begun - next_begun, places.start + length <= now
        free = 0 if over else places.ordinary
        booked = 0 if over else max(0, places.capacity - free - crossed)
        counts.append(HourCount(places.start, crossed, booked, free))
    return counts
