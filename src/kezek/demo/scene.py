"""What the traffic has to know before it begins: posts, places known to be taken, trucks already there.

It goes to the traffic's own process as JSON over its standard input, together with the API keys, so that
no secret stands on a command line.
"""

from __future__ import annotations

import msgspec

from kezek.app.application import Application
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.demo.opening import issue_keys
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.status import Status, status_of
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.instant import DAY, Instant, local_day
from kezek.domain.kernel.refusal import Refused
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.slot.slot import Day

_FAR = 400 * DAY


class Spot(msgspec.Struct, frozen=True):
    """Places of a window that are known to be taken, each waiting for its truck."""

    start: Instant
    places: int


class DemoDay(msgspec.Struct, frozen=True):
    """A local day's places known to be taken: those of the ordinary class's pool and reserved ones."""

    on: str
    ordinary: int
    kept: int
    spots: list[Spot]


class Yard(msgspec.Struct, frozen=True):
    """One post with a line: where it lies, how fast it works, which of its places are taken.

    `board` is true where a published board tells of its trucks, also when all of them have come.
    `ordinary` is the class of most trucks, `reserved` those with reserved places, as often as they come.
    """

    checkpoint: str
    country: str
    neighbour: str
    zone: str
    capacity: int
    board: bool
    ordinary: str
    reserved: list[str]
    days: list[DemoDay]


class KnownTruck(msgspec.Struct, frozen=True):
    """A simulated truck that was there before: an earlier run of the demonstration left it."""

    number: int
    checkpoint: str
    status: str
    start: Instant | None


class Scene(msgspec.Struct, frozen=True):
    """Everything at once.  `origin` makes this run's idempotency keys its own."""

    url: str
    keys: dict[str, str]
    now: Instant
    factor: int
    seed: int
    origin: int
    next_truck: int
    trucks_max: int
    yards: list[Yard]
    known: list[KnownTruck]


class Staffing(msgspec.Struct, frozen=True):
    """Which posts people serve from now on, and who stands at those that they have left."""

    manned: list[str]
    left: dict[str, list[KnownTruck]]


def scene_of(application: Application, *, trucks_max: int) -> Scene:
    """The scene of a demonstration as it stands now."""
    assert application.demo is not None, "only a demonstration has traffic"
    now, reader = application.now(), application.store.reader
    counter = reader.get(Counter, "booking")
    yards, known = [], []
    for post in application.network.served().values():
        yards.append(_yard(application, post, now))
        coming = reader.booked(post.line.id, 0, now + _FAR)
        known += _known(application, post, {*reader.present(post.line.id), *coming})
    return Scene(
        url=application.settings.issuer,
        keys=issue_keys(application),
        now=application.now(),
        factor=application.demo.factor,
        seed=application.demo.seed,
        origin=reader.last_position(),
        next_truck=counter.last + 1 if counter else 1,
        trucks_max=trucks_max,
        yards=yards,
        known=known,
    )


def left_at(application: Application, checkpoint: str) -> list[KnownTruck]:
    """Who stands at a post that a person has left: in the waiting area, called, or at the gate."""
    served = application.network.served_at(checkpoint)
    if isinstance(served, Refused):
        return []
    return _known(application, served, set(application.store.reader.present(served.line.id)))


def _known(application: Application, post: ServedLine, numbers: set[int]) -> list[KnownTruck]:
    """Simulated trucks, and whoever is on the way through the gate: no officer but ours sees to them."""
    known = []
    for row in application.store.reader.many(Booking, sorted(numbers)).values():
        status = status_of(row, post.of(row, application.now()), application.now())
        if row.simulated or status in (Status.CALLED, Status.ADMITTED):
            known.append(KnownTruck(row.number, post.place, status.value, row.start))
    return known


def _yard(application: Application, post: ServedLine, now: Instant) -> Yard:
    line, rules, reader = post.line, post.at(now), application.store.reader
    today = local_day(now, line.zone).isoformat()
    days = {day.on: day for day in reader.days(line.id, today, "9999-12-31")}
    spots: dict[str, list[Spot]] = {on: [] for on in days}
    for slot in reader.slots(line.id, 0, now + _FAR):
        on = local_day(slot.start, line.zone).isoformat()
        if slot.protected > 0 and on in spots:
            spots[on].append(Spot(slot.start, slot.protected))
    return Yard(
        checkpoint=post.place,
        country=post.checkpoint.country,
        neighbour=post.checkpoint.neighbour_country,
        zone=line.zone,
        capacity=max((day.capacity for day in days.values()), default=0),
        board=line.basis == "board",
        ordinary=rules.ordinary.name,
        reserved=[
            name
            for pool in rules.reserved
            for name in pool.classes
            for _ in range(rules.classes[name].cap_percent or 1)
        ],
        days=[_known_places(day, rules, spots[day.on]) for day in days.values() if day.open],
    )


def _known_places(day: Day, rules: Regulation, spots: list[Spot]) -> DemoDay:
    reserved = sum(day.protected.get(pool.name, 0) for pool in rules.reserved)
    return DemoDay(day.on, sum(day.protected.values()) - reserved, reserved, spots)


def encoded(told: Scene | Staffing) -> bytes:
    """The scene on one line, and after it each shift."""
    return msgspec.json.encode(told) + b"\n"


def decoded(line: bytes) -> Scene:
    """The scene of one line."""
    return msgspec.json.decode(line, type=Scene)


def shift_of(line: bytes) -> Staffing:
    """The shift of one line."""
    return msgspec.json.decode(line, type=Staffing)


__all__ = [
    "DemoDay",
    "KnownTruck",
    "Scene",
    "Spot",
    "Staffing",
    "Yard",
    "decoded",
    "encoded",
    "left_at",
    "scene_of",
    "shift_of",
]
