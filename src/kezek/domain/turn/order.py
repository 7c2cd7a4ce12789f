"""Who is next, and why: the order inside a class and the interleave between classes.

Inside a class: the window, then arrival as the server recorded it, then the booking number.  A truck
that came after the regulation's limit, or missed its call, stands behind the window current at that
moment.  Between classes: the published cycle, read on from where the last call left it; a class with
nobody in line is passed over, so nobody waits longer than the cycle says.  A turn that has a round to
let pass (`joining.py`) takes part once the cycle has passed its beginning.  Windows not yet open follow
in their own order.

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
    """A vehicle in line with the key of its place: (window, behind it or not, since, number).

    `joined_round` is the round of the line that it lets pass, None for none.
    """

    number: int
    vehicle_class: str
    key: Key
    joined_round: int | None = None

    @property
    def window(self) -> Instant:
        """The window whose opening the turn waits for; 0 for who waits for none."""
        return 0 if self.key[1] else self.key[0]


@value(frozen=True, slots=True)
class QueueEntry:
    """A turn at its place in the line, counted from 1.

    `cursor` and `in_round` are where the cycle stands after this turn; `open` says that its window has
    begun.
    """

    place: int
    turn: Turn
    open: bool
    cursor: int
    in_round: int


def turn_of(booking: Booking) -> Turn:
    """The turn of a booking that has arrived and waits; a missed call is settled before (`settled`)."""
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
    """The key of a place: `start` is the window's, `joined_at` when the truck fell behind, if it did."""
    if start is None:
        # Walk-ins have no windows to fall behind: who misses a call joins the end anew.
        return (0, 0, arrived_at if joined_at is None else joined_at, number)
    if joined_at is None or joined_at < start:
        # Falling behind never puts anybody before the own window.
        return (start, 0, arrived_at, number)
    # Behind every window that has begun by then and before all later ones: the moment itself says that,
    # however long the windows are and wherever the day begins.
    return (joined_at, 1, joined_at, number)


def line_up(
    turns: Iterable[Turn],
    interleave: Sequence[str],
    cursor: int,
    now: Instant,
    *,
    in_round: int,
) -> list[QueueEntry]:
    """The whole line in order; `cursor` and `in_round` say where the last call left the cycle."""
    waves: dict[Instant, list[Turn]] = {}
    for turn in turns:
        # All open windows are one wave: the key sorts them; a window not yet open waits its own.
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
    """The turns of one wave in the published cycle, each with where the cycle stands after it."""
    queues: dict[str, deque[Turn]] = {}
    for turn in sorted(turns, key=lambda t: t.key):
        queues.setdefault(turn.vehicle_class, deque()).append(turn)
    assert queues.keys() <= set(interleave), "every class has a place in the cycle"
    at = in_cycle(interleave, cursor, in_round)
    # Each class's first with its next place in the cycle: that stays its place while others are called.
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
    """Where the cycle stands; a newer version of the regulation may have a shorter one."""
    return in_round, cursor % len(interleave)


def place_of(turn: Turn, interleave: Sequence[str], at: Reached) -> Reached:
    """The next place in the cycle at which the turn may be called, if it is the first of its class.

    Where nobody else waits the cycle passes at once, so a round to be let pass takes no time then.
    """
    in_round, cursor = at
    if turn.joined_round is not None and turn.joined_round >= in_round:
        in_round, cursor = turn.joined_round + 1, 0
    for slot in range(cursor, len(interleave)):
        if interleave[slot] == turn.vehicle_class:
            return in_round, slot
    return in_round + 1, interleave.index(turn.vehicle_class)


def after(place: Reached, interleave: Sequence[str]) -> Reached:
    """Where the cycle stands when the turn at a place of it has been called."""
    in_round, slot = place
    return (in_round, slot + 1) if slot + 1 < len(interleave) else (in_round + 1, 0)


def explain(entries: Sequence[QueueEntry], number: int) -> Mapping[str, int] | None:
    """Why a turn stands where it stands: turns ahead by cause; they add up to place - 1.

    Causes: `earlier_window`, `earlier_arrival`, `lower_number`, `class:<class>` for turns of other
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
    # Whose window is not open waits for it, behind every class whose window is.
    if not mine.open and (ahead.open or before[0] < after[0]):
        return EARLIER_WINDOW
    if ahead.turn.vehicle_class != mine.turn.vehicle_class:
        return f"class:{ahead.turn.vehicle_class}"
    fell_behind = before[1] and after[1]
    if before[:2] != after[:2] and not fell_behind:
        return EARLIER_WINDOW
    return "earlier_arrival" if before[2] != after[2] else "lower_number"
