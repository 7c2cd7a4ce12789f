"""The order of the line and its reasons: inside a class, and the interleave between classes.

Inside a class the order is: window, arrival as the server recorded it, booking number.  A truck that
came after the regulation's limit, or missed its call, stands behind the window current at that moment.
Between classes it is the published cycle, read on from the place where the last call left it.  A class
with nobody in line is passed over, so nobody waits longer than the cycle says.  A turn with a round to
let pass (`joining.py`) takes part once the cycle has passed its beginning.  Turns whose windows are not
yet open follow in the order of their windows.

The simulator runs these same functions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from kezek.domain.booking.booking import Booking
from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value

Key: TypeAlias = tuple[Instant, int, Instant, int]
# A place in the published cycle as calls reach it: (round, place in the interleave).
Reached: TypeAlias = tuple[int, int]

EARLIER_WINDOW = "earlier_window"


@value(frozen=True, slots=True)
class Turn:
    """A vehicle in line with the key of its place: (window, 1 if behind it else 0, since, number).

    `joined_round` is the round of the line that it lets pass, None for none.
    """

    number: int
    vehicle_class: str
    key: Key
    joined_round: int | None = None

    @property
    def window(self) -> Instant:
        """The window that must open before the turn counts; 0 for none."""
        return 0 if self.key[1] else self.key[0]


@value(frozen=True, slots=True)
class QueueEntry:
    """A turn at its place in the line, counted from 1.

    `cursor` and `in_round` are the place in the cycle after this turn; `open` says that its window has
    begun.
    """

    place: int
    turn: Turn
    open: bool
    cursor: int
    in_round: int


def turn_of(booking: Booking) -> Turn:
    """The turn of an arrived, waiting booking.  Missed calls must be settled before (`settled`)."""
    assert booking.arrived_at is not None, "a turn begins with an arrival"
    assert booking.called_at is None, "a called booking has no turn until its call is missed"
    key = key_of(
        booking.number,
        start=booking.start,
        arrived_at=booking.arrived_at,
        joined_at=booking.joined_at,
    )
    return Turn(booking.number, booking.vehicle_class, key, booking.joined_round)


def key_of(
    number: int, *, start: Instant | None, arrived_at: Instant, joined_at: Instant | None
) -> Key:
    """The key of a place: `start` of the window, and `joined_at` if the truck has fallen behind."""
    if start is None:
        # Walk-ins have no windows, so after a missed call they join at the end.
        return (0, 0, arrived_at if joined_at is None else joined_at, number)
    if joined_at is None or joined_at < start:
        # A truck that falls behind never gets a place before its own window.
        return (start, 0, arrived_at, number)
    # Behind every window that has begun by then, and before all later ones.  The instant itself sorts
    # so, whatever the length of windows and the beginning of the day.
    return (joined_at, 1, joined_at, number)


def line_up(
    turns: Iterable[Turn],
    interleave: Sequence[str],
    cursor: int,
    now: Instant,
    *,
    in_round: int,
) -> list[QueueEntry]:
    """The whole line in order; `cursor` and `in_round` are the cycle's place after the last call."""
    waves: dict[Instant, list[Turn]] = {}
    for turn in turns:
        # All open windows form one wave, sorted by key; each window not yet open forms its own.
        waves.setdefault(turn.window if turn.window > now else 0, []).append(turn)
    entries: list[QueueEntry] = []
    for window in sorted(waves):
        for turn, after in interleaved(waves[window], interleave, cursor, in_round):
            in_round, cursor = after
            entries.append(QueueEntry(len(entries) + 1, turn, window == 0, cursor, in_round))
    return entries


def interleaved(
    turns: Iterable[Turn], interleave: Sequence[str], cursor: int, in_round: int
) -> Iterable[tuple[Turn, Reached]]:
    """The turns of one wave in the published cycle, each with the cycle's place after it."""
    queues: dict[str, deque[Turn]] = {}
    for turn in sorted(turns, key=lambda t: t.key):
        queues.setdefault(turn.vehicle_class, deque()).append(turn)
    assert queues.keys() <= set(interleave), "every class has a place in the cycle"
    at = in_cycle(interleave, cursor, in_round)
    # The first of each class with its next place in the cycle, which calls of others do not change.
    due = [(place_of(queue[0], interleave, at), of) for of, queue in queues.items()]
    heapify(due)
    while due:
        place, of = heappop(due)
        turn = queues[of].popleft()
        at = after(place, interleave)
        if queues[of]:
            heappush(due, (place_of(queues[of][0], interleave, at), of))
        yield turn, at


def in_cycle(interleave: Sequence[str], cursor: int, in_round: int) -> Reached:
    """The cycle's place, also where a newer version of the regulation has a shorter cycle."""
    return in_round, cursor % len(interleave)


def place_of(turn: Turn, interleave: Sequence[str], at: Reached) -> Reached:
    """The next place in the cycle at which the turn may be called, if it is the first of its class.

    Where nobody else waits, the cycle passes its beginning at once, so letting a round pass takes no
    time.
    """
    in_round, cursor = at
    if turn.joined_round is not None and turn.joined_round >= in_round:
        in_round, cursor = turn.joined_round + 1, 0
    for slot in range(cursor, len(interleave)):
        if interleave[slot] == turn.vehicle_class:
            return in_round, slot
    return in_round + 1, interleave.index(turn.vehicle_class)


def after(place: Reached, interleave: Sequence[str]) -> Reached:
    """The cycle's place after the turn at `place` has been called."""
    in_round, slot = place
    return (in_round, slot + 1) if slot + 1 < len(interleave) else (in_round + 1, 0)


def explain(entries: Sequence[QueueEntry], number: int) -> Mapping[str, int] | None:
    """The turns ahead of a booking, counted by cause; the counts add up to place - 1.

    Causes: `earlier_window`, `earlier_arrival`, `lower_number`, and `class:<class>` for turns of other
    classes that the cycle sends before.  None when the number is not in line.
    """
    mine = next((e for e in entries if e.turn.number == number), None)
    if mine is None:
        return None
    causes: dict[str, int] = {}
    for other in entries[: mine.place - 1]:
        cause = cause_ahead(other, mine)
        causes[cause] = causes.get(cause, 0) + 1
    return causes


def cause_ahead(ahead: QueueEntry, mine: QueueEntry) -> str:
    """Why one turn stands ahead of another, in the words of `explain`."""
    before, after = ahead.turn.key, mine.turn.key
    # A turn whose window is not open stands behind every class whose window is.
    if not mine.open and (ahead.open or before[0] < after[0]):
        return EARLIER_WINDOW
    if ahead.turn.vehicle_class != mine.turn.vehicle_class:
        return f"class:{ahead.turn.vehicle_class}"
    fell_behind = before[1] and after[1]
    if before[:2] != after[:2] and not fell_behind:
        return EARLIER_WINDOW
    return "earlier_arrival" if before[2] != after[2] else "lower_number"
