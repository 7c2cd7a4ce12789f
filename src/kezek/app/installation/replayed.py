"""Compares every booking, and every line's place in the cycle, with the replayed log.

The log is replayed by `domain/turn/replay.py`.  Ended bookings take eight bytes each, so the memory
stays small however long the log is.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any, Protocol, TypeAlias

from kezek.app.installation.promise import Checker, CheckResult, Look
from kezek.app.installation.snapshot import BLOCK, Snapshot
from kezek.domain.booking.booking import Booking
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import Instant
from kezek.domain.turn.replay import BEGINNING, TOLD, UNKNOWN, Course, Replay

# The kind of row, its position or number, and what is wrong with it.
Find: TypeAlias = Callable[[str, int, str], None]
# Fields compared on ended bookings, whose place in the line has no meaning any more.
_ENDED = tuple(name for name in TOLD if name not in ("joined_at", "call_until", "holder"))
_SEEN = 0
PAGE = 4_096


COLUMNS = ("number", *TOLD)


class Comparison:
    """Takes events in the order of the log, then bookings in the order of their numbers, then lines."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._replay = Replay()
        self._ended = _Digests()
        self._closed = False

    def event(self, event: Logged) -> None:
        """Go on by one event."""
        replay = self._replay
        try:
            replay.take(event)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._find("event", event.position, "the body is not one of its kind")
        for position in replay.strays:
            self._find("event", position, "the event does not follow from those before it")
        replay.strays.clear()
        for number, course in replay.settled():
            self._keep(number, course)

    def booking(self, row: Any) -> None:
        """A row with the fields of `COLUMNS`, which can be anything in a file that was changed."""
        self._close()
        number = row.number
        course = self._replay.live.pop(number, None)
        if course is not None:
            self._compare(number, row, course)
            return
        known = self._ended.pop(number) if isinstance(number, int) else _SEEN
        if known == _SEEN:
            self._find("booking", _at(number), "the row is not in the log, or there twice")
        elif row.ended_at is None:
            self._find("booking", number, "the row is live, and its booking has ended by the log")
        elif _digest(row) != known:
            self._find("booking", number, "the row of the ended booking is not what the log says")

    def line(self, id: str, cursor: Any, round_: Any) -> None:
        """A line's row."""
        told = self._replay.cycles.get(id, BEGINNING)
        if UNKNOWN not in told and told != (round_, cursor):
            has, by_log = (f"place {at!r} of round {of!r}" for of, at in ((round_, cursor), told))
            self._find("line", 0, f"the cycle of {id} stands at {has} and by the log at {by_log}")

    def missing(self) -> Iterator[tuple[str, int, str]]:
        """After the last row: bookings and lines of the log that have no row."""
        self._close()
        for number in sorted([*self._replay.live, *self._ended]):
            yield "booking", number, "the booking is in the log, and its row is missing"

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            for number, course in self._replay.rest():
                self._keep(number, course)

    def _keep(self, number: int, course: Course) -> None:
        self._ended.put(number, _digest(course))

    def _compare(self, number: int, row: Any, course: Course) -> None:
        for name in TOLD:
            has, told = getattr(row, name), getattr(course, name)
            if told not in (has, UNKNOWN):
                sentence = f"{name} is {_shown(has)} in the row and {_shown(told)} by the log"
                self._find("booking", number, sentence)
                return


class _Digests:
    """Eight bytes a number.  Numbers are dense except after a restore, when they go on higher up."""

    def __init__(self) -> None:
        self._pages: dict[int, array[int]] = {}

    def put(self, number: int, digest: int) -> None:
        page, at = divmod(number, PAGE)
        if page not in self._pages:
            self._pages[page] = array("Q", bytes(8 * PAGE))
        self._pages[page][at] = digest

    def pop(self, number: int) -> int:
        """The digest, which is removed; `_SEEN` where there is none."""
        page, at = divmod(number, PAGE)
        if page not in self._pages:
            return _SEEN
        found, self._pages[page][at] = self._pages[page][at], _SEEN
        return found

    def __iter__(self) -> Iterator[int]:
        for page, digests in self._pages.items():
            yield from (page * PAGE + at for at, digest in enumerate(digests) if digest != _SEEN)


def _digest(booking: Any) -> int:
    values = "\0".join(str(getattr(booking, name)) for name in _ENDED)
    # Zero is what has been seen.
    return int.from_bytes(blake2b(values.encode("utf-8", "replace"), digest_size=8).digest()) or 1


def _shown(value: Instant | str | None) -> str:
    return "empty" if value in (None, "") else repr(value)[:40]


def _at(number: Any) -> int:
    return number if isinstance(number, int) else 0


class Replayed(Checker):
    """The promise that every row of a booking and of a line follows from the log."""

    promise = "I18 the board is the log"

    def __init__(self) -> None:
        super().__init__()
        self._comparison = Comparison(lambda row, at, told: self._wrong(_place(row, at, told)))

    def looks(self) -> Mapping[type[Any], Look]:
        compare = self._comparison
        return {
            Logged: compare.event,
            Booking: compare.booking,
            Line: lambda row: compare.line(row.id, row.cursor, row.round),
        }

    def _left(self) -> Iterator[str]:
        for row, at, told in self._comparison.missing():
            yield _place(row, at, told)


def _place(row: str, at: int, told: str) -> str:
    return f"{row} {at}: {told}" if at else told


def replayed(snapshot: Snapshot) -> CheckResult:
    """Whether the rows of an installation follow from its log; reads only the rows needed for it."""
    checker = Replayed()
    looks = checker.looks()
    for kind, look in looks.items():
        for rows in snapshot.blocks(kind):
            checker.see(look, rows)
    return checker.verdict()


class FileRows(Protocol):
    """A database file that somebody may have changed: any value may be anything."""

    def events(self, after: int, last: int) -> list[Any]:
        """Columns of the events in (after, last], in order."""

    def ends(self) -> tuple[Any, Any]:
        """The lowest and the highest position."""

    def bookings(self, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        """These columns of every booking, in the order of the numbers."""

    def lines(self) -> list[Any]:
        """Id, place in the cycle and round of every line."""


def audit_rows(rows: FileRows, find: Find) -> None:
    """Compare the rows of a file with its log, which `audit_copy` compares with its signed heads."""
    comparison = Comparison(find)
    _, highest = rows.ends()
    for first in range(0, highest if isinstance(highest, int) else 0, BLOCK):
        for columns in rows.events(first, first + BLOCK):
            comparison.event(Logged(*columns[:8]))
    for values in rows.bookings(COLUMNS):
        comparison.booking(SimpleNamespace(**dict(zip(COLUMNS, values, strict=True))))
    for id, cursor, round_ in rows.lines():
        comparison.line(str(id), cursor, round_)
    for finding in comparison.missing():
        find(*finding)
