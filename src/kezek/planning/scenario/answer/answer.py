"""What a scenario is answered with: plain values, the same in JSON, in a terminal and on a page.

Waits are minutes from arrival until across the border, queues and lanes together.  An error is one
standard error over the replications, None where a single replication cannot tell.  No numerics here:
a server reads these.
"""

from __future__ import annotations

import msgspec

# The tables in which an answer is handed out; `scenario/export.py` says what is in them.
TABLES = ("summary", "groups", "hours", "lengths", "bands", "differences")
# Upper ends in minutes of the bands in which trucks are counted by wait; the last band has no end.
BANDS = (60, 180, 360, 720, 1_440, 2_880, 5_760)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number and its standard error."""

    value: float
    error: float | None = None


class TruckGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the trucks: `all`, a class, `booked` and `walk_in`, `early`, `on_time` and `late`.

    Early is before the window, late after its end.  `quantiles` are `question.QUANTILES` of the wait.
    `beyond` is the mean wait beyond the own time: from the start of the window, or from arrival where
    that is later, or where there is no window.
    """

    name: str
    trucks: Figure
    mean: Figure
    beyond: Figure
    quantiles: tuple[Figure, ...]


class HourWaits(msgspec.Struct, frozen=True, kw_only=True):
    """The waits of those who arrive in an hour of the day, 0 to 23, local."""

    hour: int
    trucks: float
    quantiles: tuple[Figure, ...]


class LineLength(msgspec.Struct, frozen=True, kw_only=True):
    """How many are here and not yet across at a local moment: `QUANTILES` over the replications."""

    at: str
    quantiles: tuple[float, ...]


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Trucks that waited up to so many minutes, and longer than the band before; None has no end."""

    until: int | None
    trucks: Figure


class CalendarFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What booking took, before anybody drove: the same in every replication.

    `days` is the mean time between a request and its window; `left` trucks found no place by the last
    day; `late_until` is the last day on which somebody had to come later than asked for, or empty;
    `refused` walk-ins a day are above their cap.  `course` has for each day how many days its last
    request waits for a place, and is empty where no day was booked at the start.  `known` is false where
    more may ask than anybody can see: then nothing can be told of days until a place.
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
        """Mean days until a place over the days of the question; None where it cannot be told."""
        if not self.known:
            return None
        return sum(self.course) / len(self.course) if self.course else self.days


class ReleaseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Who got a day's places where bots take part; shares in percent of the places, waits in days."""

    rule: str
    bots: Figure
    direct: Figure
    resold: Figure
    empty: Figure
    days: Figure


class PostAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One checkpoint in one world.  `worst` is the longest wait of a run, `longest` the most trucks
    that were here at once.

    `load` above 1 means that more comes than can pass, so that the line grows as long as that lasts;
    `tight` names what bears the load.  `truck_hours` is the time that all trucks spend, of a run.
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
    """A group's mean wait in the other world less that in this one, on the same random numbers.

    `verdict` is `wins` (waits less there), `loses`, or `same`, when the difference is within 2.6
    standard errors (one chance in a hundred).
    """

    checkpoint: str
    group: str
    minutes: Figure
    verdict: str


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """Where both worlds have the very same trucks: the shares that wait a minute less, and more."""

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
