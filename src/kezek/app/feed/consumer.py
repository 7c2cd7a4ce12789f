"""Consumers of the log: a name and a position in one row, at least once and in order.

A consumer works after the commit and never on the desk's thread.  Its position moves only when its work
is done, so work that a process's end interrupts is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kezek.app.port import Fault, Reader, Store
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import SECOND, Instant
from kezek.domain.kernel.value import value

# A consumer whose oldest unread event is older than this stands still.
STILL_SECONDS = 300


@value(frozen=True, slots=True)
class ConsumerPosition:
    """A consumer's position: that of the last event that it is done with, 0 for none."""

    name: str
    position: int

    @property
    def key(self) -> str:
        return self.name


class Consumer(Protocol):
    """A receiver of every event of the log.

    `name` is stored and never changes; `piece` is the most events that are handed over together.
    """

    @property
    def name(self) -> str: ...

    @property
    def piece(self) -> int: ...

    def begins(self, reader: Reader) -> int:
        """The position after which a consumer begins that the store does not know yet."""

    def consume(self, events: Sequence[Logged]) -> None:
        """Do the work of these events, which follow each other; return when it cannot be lost any more.

        An exception has them handed over again, and so does the end of the process.  Work that is kept
        in the store itself may put the consumer's new position into the same transaction.
        """


class BeyondLog(Fault):
    """A position beyond the log's end, with which the events in between would be skipped."""

    permanent = True


class PositionMoved(Fault):
    """Somebody else has moved the position meanwhile; it is read again."""


class PositionRefused(Fault):
    """A position that cannot be set; `code` is stable, the sentence says what to do."""

    permanent = True

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Standing:
    """A consumer's backlog: `unread` events, the oldest of them written `age` seconds ago (0 for
    none).  A negative `unread` is a position beyond the log.
    """

    name: str
    position: int
    unread: int
    age: float

    @property
    def still(self) -> bool:
        """Whether the consumer stands still."""
        return self.unread < 0 or self.age > STILL_SECONDS


def standing(
    row: ConsumerPosition, last: int, event: Callable[[int], Logged | None], now: Instant
) -> Standing:
    """A consumer's backlog in a log that ends at `last`; `event` reads one by its position and `now`
    is real time.
    """
    unread = last - row.position
    oldest = event(row.position + 1) if unread > 0 else None
    age = max(0, now - oldest.real) / SECOND if oldest else 0.0
    return Standing(row.name, row.position, unread, age)


def standings(reader: Reader, now: Instant, consumers: Sequence[Consumer] = ()) -> list[Standing]:
    """The backlogs of every consumer that the store knows, running or not, and of those in `consumers`
    that have not begun.
    """

    def event(position: int) -> Logged | None:
        return next(iter(reader.events(position - 1, 1)), None)

    rows = list(reader.all(ConsumerPosition))
    known = {row.name for row in rows}
    rows += [ConsumerPosition(c.name, c.begins(reader)) for c in consumers if c.name not in known]
    # Read after the rows: a consumer that moves meanwhile must not seem to be beyond the log.
    last = reader.last_position()
    return [standing(row, last, event, now) for row in rows]


def set_position(store: Store, name: str, position: int) -> ConsumerPosition:
    """Set a consumer's position, back or ahead, while no process runs it; the row before.

    PositionRefused where there is no such consumer or no such place in the log.
    """
    with store.hold(name) as held:
        if held is None:
            raise PositionRefused(
                "consumer_at_work",
                f"a server works as the consumer {name!r} now: stop it first, then set the position",
            )
        with store.unit() as unit:
            before = unit.get(ConsumerPosition, name)
            if before is None:
                raise PositionRefused("consumer_unknown", _unknown(store.reader, name))
            if position < 0:
                raise PositionRefused(
                    "position_negative",
                    "a position is 0, for the whole log once more, or that of an event",
                )
            if position > unit.last_position:
                raise PositionRefused(
                    "position_beyond_log",
                    f"the log ends at position {unit.last_position}, and {position} is behind it: "
                    f"name one from 0 to {unit.last_position}",
                )
            row = ConsumerPosition(name, position)
            unit.save({(ConsumerPosition, name): row}, [], [])
    return before


def _unknown(reader: Reader, name: str) -> str:
    known = ", ".join(row.name for row in reader.all(ConsumerPosition))
    told = f"those known are: {known}" if known else "none has begun yet; a server begins them"
    return f"there is no consumer {name!r}; {told}"
