"""The network as read: checkpoints with their lines, kept in memory until they change."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kezek.app.checkpoint.place_name import PostNames, names_by_post
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Store
from kezek.domain.booking.booking import Booking
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line, line_id, usual_first
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import Instant, day_start, local_day, windows
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.regulation.version import RuleSet

PLACE_LENGTH_MAX = 80  # of an unknown place, repeated in its refusal


@dataclass(frozen=True, slots=True)
class ServedLine:
    """A line that runs, with its checkpoint, the names of that and the rules it obeys.

    `place` names it in addresses, forms and commands: the checkpoint's id for its usual line, its own id
    for any other.  `alone` says that no other line runs at the checkpoint.
    """

    checkpoint: Checkpoint
    names: PostNames
    line: Line
    rules: RuleSet
    place: str
    alone: bool

    def at(
        self, now: Instant, *, window: Instant | None = None, booked: Instant | None = None
    ) -> Regulation:
        """The rules now, for a window and for a booking made at `booked`; both default to now."""
        return self.rules.at(self.line.zone, now, booked=booked, window=window)

    def of_day(self, on: date, now: Instant, *, booked: Instant | None = None) -> Regulation:
        """The rules by which a local day is cut into windows and places."""
        return self.at(now, window=day_start(on, self.line.zone), booked=booked)

    def window_end(self, start: Instant, now: Instant) -> Instant:
        """When the window that begins at an instant ends."""
        return start + self.at(now, window=start).window

    def windows_of(self, on: date, now: Instant) -> tuple[Instant, ...]:
        """The starts of the windows of a local day."""
        return windows(on, self.line.zone, self.of_day(on, now).window)

    def window_at(self, now: Instant) -> Instant:
        """The start of the window that runs now."""
        starts = self.windows_of(local_day(now, self.line.zone), now)
        return starts[bisect_right(starts, now) - 1]

    def ordinary(self, now: Instant) -> str:
        """The class of a booking that names none."""
        return self.at(now).ordinary.name

    def of(self, booking: Booking, now: Instant) -> Regulation:
        """The rules of one of the line's bookings now."""
        return self.at(now, window=booking.start, booked=booking.confirmed_at)


@dataclass(frozen=True, slots=True)
class Post:
    """A checkpoint with its names and its lines: the usual one first, none where none runs."""

    checkpoint: Checkpoint
    names: PostNames
    lines: tuple[ServedLine, ...]

    @property
    def usual(self) -> ServedLine | None:
        """The line named by the checkpoint's id alone: the first out of the country, if any."""
        return self.lines[0] if self.lines else None


class Network:
    """All posts; read anew after a load or a new line."""

    _CHANGING = frozenset({EventKind.NETWORK_LOADED, EventKind.LINE_OPENED})

    def __init__(self, store: Store, rules: Regulations, watch: ChangeFeed) -> None:
        self._store, self._rules = store, rules
        self._version = 0
        self._kept: tuple[int, _Read] | None = None
        watch.hook(self._forget)

    def _forget(self, events: Sequence[Logged]) -> None:
        if any(event.kind in self._CHANGING for event in events):
            self._version += 1

    def posts(self) -> dict[str, Post]:
        """Every post by checkpoint id, in the order of ids."""
        return self._read().posts

    def served(self) -> Mapping[str, ServedLine]:
        """Every line that runs, by its id: in the order of posts, the usual line of each first."""
        return self._read().lines

    @property
    def zone(self) -> str:
        """The zone of most of the lines."""
        zones = Counter(served.line.zone for served in self.served().values())
        return zones.most_common(1)[0][0] if zones else "UTC"

    def post(self, checkpoint: str) -> Post | None:
        """One post by its id."""
        return self.posts().get(checkpoint)

    def of_line(self, line: str) -> ServedLine | None:
        """The line of an id such as `kz_dostyk.exit`."""
        return self.served().get(line)

    def post_of(self, place: str) -> Post | None:
        """The post of a checkpoint's id or of the id of one of its lines."""
        served = self.of_line(place)
        return self.post(served.checkpoint.id if served else place)

    def served_at(self, place: str) -> ServedLine | Refused:
        """The line of an id, or the usual line of a checkpoint's id; else why there is none."""
        if (served := self.of_line(place)) is not None:
            return served
        if (post := self.post(place)) is None:
            return Refused(Reason.CHECKPOINT_UNKNOWN, {"checkpoint": place[:PLACE_LENGTH_MAX]})
        return post.usual or Refused(Reason.LINE_UNKNOWN, {"line": line_id(place)})

    def _read(self) -> _Read:
        # The version is read before the rows: news in between make the next call read again.
        version, kept = self._version, self._kept
        if kept is None or kept[0] != version:
            self._kept = kept = (version, self._read_anew())
        return kept[1]

    def _read_anew(self) -> _Read:
        reader = self._store.reader
        by_checkpoint: dict[str, list[Line]] = {}
        for line in reader.all(Line):
            by_checkpoint.setdefault(line.checkpoint, []).append(line)
        checkpoints = list(reader.all(Checkpoint))
        names = names_by_post(checkpoints, reader.all(PlaceName))
        posts = dict[str, Post]()
        for c in checkpoints:
            lines = self._served(c, names[c.id], by_checkpoint.get(c.id, ()))
            posts[c.id] = Post(c, names[c.id], tuple(lines))
        return _Read(posts, {s.line.id: s for post in posts.values() for s in post.lines})

    def _served(
        self, checkpoint: Checkpoint, names: PostNames, lines: Iterable[Line]
    ) -> Iterator[ServedLine]:
        ordered = sorted(lines, key=usual_first)
        for at, line in enumerate(ordered):
            place, alone = line.id if at else checkpoint.id, len(ordered) == 1
            rules = self._rules.sets[line.regulation]
            yield ServedLine(checkpoint, names, line, rules, place, alone)


class _Read(NamedTuple):
    posts: dict[str, Post]
    lines: Mapping[str, ServedLine]
