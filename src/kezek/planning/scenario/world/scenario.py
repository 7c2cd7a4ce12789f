"""A scenario: the fields of its TOML file.

Every field has its unit in its name and a default that docs/reference/scenarios.md repeats.  None is the
value of the shipped network, or no limit where the reference says so.  Times of a checkpoint are local.
This module imports no numerics, so that a server may check a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

REPLICATIONS = 200
SEED = 1

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Factor = Annotated[float, msgspec.Meta(ge=0, le=1_000)]
Minutes = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Lanes = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
Places = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Rate = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=4_000)]
Seed = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Replications = Annotated[int, msgspec.Meta(ge=1, le=100_000)]

# `from` is a Python keyword, so the fields have other names than in the file.
_SPAN = {"begins": "from", "ends": "until"}


# Every table forbids unknown fields: a misspelt field must not be ignored.
class ScenarioRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What differs from the regulation in force."""

    interleave: list[str] | None = None
    window_minutes: Minutes | None = None
    keeps_place_minutes: Minutes | None = None
    no_show_minutes: Minutes | None = None
    call_minutes: Minutes | None = None
    cap_percent: Mapping[str, Percent] = {}
    cap_places: Mapping[str, Places] = {}


class ScenarioArrival(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arrival of booked trucks, in minutes from the start of their window: a normal distribution.

    Negative is early.  `earliest` and `latest` truncate it.
    """

    mean_minutes: Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)] = -60.0
    deviation_minutes: Minutes = 90.0
    earliest_minutes: Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)] = -360.0
    latest_minutes: Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)] = 360.0


class Demand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The demand: `per_day` trucks times `factor`, of which a share books.

    With `at_least` more trucks than `per_day` may want to come, as behind a full calendar.
    """

    per_day: Rate | None = None
    at_least: bool = False
    factor: Factor | None = None
    booked_percent: Percent | None = None
    no_show_percent: Percent | None = None
    classes: Mapping[str, Rate] | None = None
    by_hour: Annotated[list[Rate], msgspec.Meta(min_length=24, max_length=24)] | None = None
    arrival: ScenarioArrival | None = None


class Bots(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Programs that book faster than people, to sell places on; `release` is how places are given."""

    entries_percent: Percent
    resold_percent: Percent = 80.0
    release: Literal["first_come", "draw"] = "first_come"


class LaneShift(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=_SPAN
):
    """The stage's lanes between two times of the day; a shift may run past midnight."""

    begins: Clock
    ends: Clock
    lanes: Lanes


class ScenarioStage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage of the checkpoint: parallel lanes behind one queue."""

    name: Name
    lanes: Lanes
    minutes: Minutes
    cv: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.5
    inspection_percent: Percent = 0.0
    inspection_minutes: Minutes = 0.0
    inspection_cv: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.5
    shift: list[LaneShift] = []


class ScenarioClosure(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=_SPAN
):
    """The checkpoint is closed from `begins` until before `ends`, local times.

    If it is `announced`, booked trucks take a later place; otherwise they come and wait.
    """

    begins: datetime
    ends: datetime
    announced: bool = True
    why: Words = ""


class ScenarioRestriction(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=_SPAN
):
    """The checkpoint has `percent` of its lanes, and of its places if that is `announced`."""

    begins: datetime
    ends: datetime
    percent: Percent
    announced: bool = True
    why: Words = ""


class ScenarioPost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A checkpoint: one that ships, by its id, or one described in full.

    On the first `booked_days` days, `booked_per_day` places a day are taken at the start.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}_[a-z0-9_]{1,60}$")]
    name: Name | None = None
    zone: Name | None = None
    regulation: Name | None = None
    capacity_per_day: Places | None = None
    booked_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 0
    booked_per_day: Places = 0
    opens: Clock = "00:00"
    closes: Clock = "24:00"
    travel_minutes: Minutes | None = None
    waiting_places: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    ahead: Annotated[int, msgspec.Meta(ge=1, le=1_000)] | None = None
    counterpart_per_hour: Rate | None = None
    demand: Demand = Demand()
    rules: ScenarioRules = ScenarioRules()
    stage: list[ScenarioStage] | None = None
    closure: list[ScenarioClosure] = []
    restriction: list[ScenarioRestriction] = []
    basis: Mapping[str, Words] = {}


class Compare(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The other world: its title and its changed fields by path; `this` is the title of the first."""

    title: Name
    this: Name = "as it is"
    change: Mapping[str, object]


class ParameterGrid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sweep: the values of each path; all combinations are run."""

    change: Mapping[str, Annotated[list[object], msgspec.Meta(min_length=1, max_length=10_000)]]


class Scenario(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"begins": "from"}
):
    """The whole file."""

    title: Name
    question: Words = ""
    begins: date
    until: date
    warm_up_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0
    seed: Seed = SEED
    replications: Replications = REPLICATIONS
    demand: Demand = Demand()
    rules: ScenarioRules = ScenarioRules()
    bots: Bots | None = None
    checkpoint: Annotated[list[ScenarioPost], msgspec.Meta(min_length=1, max_length=200)]
    compare: Compare | None = None
    sweep: ParameterGrid | None = None
    notes: Mapping[str, Words] = {}
