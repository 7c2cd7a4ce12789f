"""The public board: the whole network on one sheet."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.checkpoint.checkpoint import Network, Post
from kezek.app.slot.availability import Availability, LinePlaces, LocalDay
from kezek.app.turn.queue import Queue, Queues
from kezek.domain.checkpoint.checkpoint import SEA
from kezek.domain.kernel.instant import Instant

SOONER_MAX = 3  # posts that are named instead of a full one


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post on the board.

    `state` is open (a place today or later this week), full (no ordinary place within seven days),
    closed (today is closed), or no_line.
    """

    post: Post
    state: str
    places: LinePlaces | None
    queue: Queue | None

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
        """Those of them whose hour runs, None where no line runs; the others came early."""
        return None if self.queue is None else self.queue.waiting_due


class BoardRows:
    """Rows of the network board."""

    def __init__(self, network: Network, availability: Availability, queues: Queues) -> None:
        self._network, self._availability, self._queues = network, availability, queues

    def row(self, post: Post, now: Instant) -> PostRow:
        """One post's row."""
        places = self._availability.of(post, now)
        return PostRow(post, state_of(places), places, self._queues.of(post, now))

    def sooner(self, row: PostRow, now: Instant) -> list[PostRow]:
        """Posts to the same neighbour with a place before this one's first, the earliest first; none for
        a post that has an ordinary place today.
        """
        towards = row.post.checkpoint.neighbour_country
        full = row.today is not None and not row.today.ordinary
        if row.places is None or not full or towards in ("", SEA):
            return []
        own = row.places.first_free()
        found = []
        for post in self._network.posts().values():
            other_way = post.checkpoint.neighbour_country != towards
            if post is row.post or post.line is None or other_way:
                continue
            other = self.row(post, now)
            free = other.places.first_free() if other.places else None
            if free is not None and (own is None or free.start < own.start):
                found.append((free.start, post.checkpoint.id, other))
        return [other for *_, other in sorted(found, key=lambda one: one[:2])[:SOONER_MAX]]

    def rows(self, now: Instant) -> list[PostRow]:
        """Every post of the network, in the order of ids."""
        return [self.row(post, now) for post in self._network.posts().values()]


WEEK = 7


def state_of(places: LinePlaces | None) -> str:
    """The word and the shape of a post on the board."""
    if places is None or places.today is None:
        return "no_line"
    if places.today.state == "closed":
        return "closed"
    soon = places.days[:WEEK]
    return "open" if any(day.ordinary for day in soon) else "full"
