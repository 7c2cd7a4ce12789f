"""The answer to a scenario: plain values, the same in JSON, in a terminal and on a page.

Waits are minutes from arrival until the truck has crossed, queues and lanes together.  An error is one
standard error over the replications, None for a single one.  This module imports no numerics, because a
server reads answers.
"""

from __future__ import annotations

import msgspec

# The tables of an exported answer; `export.py` has their columns.
TABLES = ("summary", "groups", "hours", "lengths", "bands", "differences")
# Upper bounds in minutes of the bands by wait; the last band has none.
BANDS = (60, 180, 360, 720, 1_440, 2_880, 5_760)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number and its standard error."""

    value: float
    error: float | None = None


class TruckGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group of trucks: `all`, a class, `booked` and `walk_in`, `early`, `on_time` and `late`.

    Early is before the window, late after its end.  `quantiles` are `question.QUANTILES` of the wait.
    `beyond` is the mean wait from the start of the window, or from arrival where that is later or
    where there is no window.
    """

    name: str
    trucks: Figure
    mean: Figure
    beyond: Figure
    quantiles: tuple[Figure, ...]


class HourWaits(msgspec.Struct, frozen=True, kw_only=True):
    """The waits of trucks that arrive in a local hour of the day, 0 to 23."""

    hour: int
    trucks: float
    quantiles: tuple[Figure, ...]


class LineLength(msgspec.Struct, frozen=True, kw_only=True):
    """Trucks that have arrived and not crossed at a local time: `QUANTILES` over the replications."""

    at: str
    quantiles: tuple[float, ...]


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Trucks that waited up to `until` minutes and longer than the band before; None is no limit."""

    until: int | None
    trucks: Figure


class CalendarFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The result of booking, the same in every replication.

    `days` is the mean number of days between a request and its window; `left` trucks found no place by
    the last day; `late_until` is the last day on which a truck got a later day than it asked for, or
    empty; `refused` walk-ins a day are above their cap.  `course` has, for each day, the days until a
    place for its last request; it is empty where no day was booked at the start.  `known` is false
    where the demand is only a lower bound: then days until a place are not known.
    """

    booked: int
    days: float
    left: int
    late_until: str
    refused: float
    course: tuple[int, ...] = ()
    known: bool = True

    @property
    def until_place(self) -> float | None:
        """Mean days until a place over the days of the question; None where they are not known."""
        if not self.known:
            return None
        return sum(self.course) / len(self.course) if self.course else self.days


class ReleaseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Who got a day's places where bots take part: percent of the places; `days` until a place."""

    rule: str
    bots: Figure
    direct: Figure
    resold: Figure
    empty: Figure
    days: Figure


class PostAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One checkpoint in one world.

    `worst` is the longest wait of a run, `longest` the most trucks present at once.  `load` is demand by
    capacity of the bottleneck that `tight` names; above 1 the line grows as long as that lasts.
    `truck_hours` is the time of all trucks in a run.
    """

    checkpoint: str
    name: str
    zone: str
    load: float
    tight: str
    trucks: Figure
    no_shows: Figure
    lost: Figure
    wait: Figure
    worst: Figure
    worst_of_all: float
    longest: Figure
    truck_hours: Figure
    calendar: CalendarFigures
    groups: tuple[TruckGroup, ...]
    hours: tuple[HourWaits, ...]
    lengths: tuple[LineLength, ...]
    bands: tuple[Band, ...]
    release: ReleaseFigures | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A group's mean wait in the other world minus that in this one, on common random numbers.

    `verdict` is `wins` (the other world has the shorter wait), `loses`, or `same` for a difference
    within 2.6 standard errors (one chance in a hundred).
    """

    checkpoint: str
    group: str
    minutes: Figure
    verdict: str


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """Percent of trucks that wait a minute less or more, where both worlds have the same trucks."""

    checkpoint: str
    better: Figure
    worse: Figure


class ScenarioAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer; the same seed gives the same answer on any number of threads."""

    title: str
    question: str
    begins: str
    until: str
    seed: int
    replications: int
    change: dict[str, object]
    posts: tuple[PostAnswer, ...]
    this_title: str = "as it is"
    other_title: str = ""
    other: tuple[PostAnswer, ...] = ()
    differences: tuple[Difference, ...] = ()
    paired: tuple[Paired, ...] = ()
