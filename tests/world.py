"""A small world for tests: a store in memory, three regulations, four posts, people and a clock.

Nothing here is real: the plates say TST, the VINs say TESTTRUCK, the posts have letters for names.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count, pairwise

from kezek.app.desk.batch import Answer, Done, Outcome, run
from kezek.app.port import Store
from kezek.app.regulation.regulation import parse_regulation
from kezek.app.regulation.version_file import shipped_regulations
from kezek.domain.account.account import Account, Grant
from kezek.domain.account.actor import PUBLIC, TIMER, Actor, Role
from kezek.domain.account.decide import AddAccount
from kezek.domain.booking.book import Book, Vehicle
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.booking.lapse import GiveBack, Lapse
from kezek.domain.booking.status import Status, status_of
from kezek.domain.checkpoint.board_day import DayPlaces
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.decide import Command
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import (
    HOUR,
    MINUTE,
    SECOND,
    Instant,
    Moment,
    day_start,
    from_datetime,
    windows,
)
from kezek.domain.kernel.refusal import Refused
from kezek.domain.kernel.spread import spread
from kezek.domain.network.load import LineDays, LoadNetwork
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from kezek.domain.turn.approve import Approve, Propose
from kezek.domain.turn.arrive import WalkIn
from tests.memory.store import MemoryStore

TINY = """
id = "xx-tiny"
authority = "xx"
country = "XX"
title = "A rule set of a country that does not exist"
effective_on = 2026-01-01
sources = ["invented for tests"]
interleave = ["in_turn", "walk_in"]
[notes.interleave]
basis = "invented"
source = ""
[fee_unit]
name = "shell"
minor = 7
currency = "XXX"
basis = "invented"
source = ""
[number]
window_minutes = { value = 120, basis = "invented", source = "" }
horizon_days = { value = 2, basis = "invented", source = "" }
keeps_place_minutes = { value = 0, basis = "invented", source = "" }
no_show_minutes = { value = 30, basis = "invented", source = "" }
call_minutes = { value = 5, basis = "invented", source = "" }
misses_max = { value = 0, basis = "invented", source = "" }
move_until_minutes = { value = 0, basis = "invented", source = "" }
displaced_days = { value = 2, basis = "invented", source = "" }
drivers_max = { value = 1, basis = "invented", source = "" }
[[class]]
name = "in_turn"
pool = "ordinary"
fee_units = 3
basis = "invented"
source = ""
[[class]]
name = "walk_in"
pool = "none"
fee_units = 0
basis = "invented"
source = ""
"""

# Saturday, 13 June 2026, 09:30 at the Kazakh posts.
BEGIN = from_datetime(datetime(2026, 6, 13, 4, 30, tzinfo=UTC))
TODAY = date(2026, 6, 13)

# Capacity a day; of the places at kz_b two an hour are known to be taken elsewhere.
A, B, D, X = "kz_a.exit", "kz_b.exit", "kg_dostuk.exit", "xx_c.exit"
POSTS = {
    # line: (country, zone, regulation, places an hour, protected an hour)
    A: ("KZ", "Asia/Almaty", "kz", 10, 0),
    B: ("KZ", "Asia/Almaty", "kz", 4, 2),
    D: ("KG", "Asia/Bishkek", "kg-dostuk", 3, 0),
    X: ("XX", "Europe/Berlin", "xx-tiny", 1, 0),
}


@cache
def rules() -> Regulations:
    tiny = parse_regulation(TINY, "tiny")
    shipped = shipped_regulations()
    return Regulations({**shipped, tiny.id: tiny}, shipped.known)


def checkpoint(line: str) -> Checkpoint:
    country, zone, *_ = POSTS[line]
    name = line.removesuffix(".exit")
    return Checkpoint(name, country, zone, *[None] * 8, "invented", "none", None, "ZZ")


def line(id: str, rules: Regulations) -> Line:
    _, zone, regulation, *_ = POSTS[id]
    post, authority = id.removesuffix(".exit"), rules[regulation].authority
    return Line(id, post, "exit", authority, regulation, zone, "ours", 0)


def day_places(line: str, on: date, regulation: Regulation) -> DayPlaces:
    *_, hourly, protected = POSTS[line]
    capacity = 24 * hourly
    kept = 0 if protected else sum(regulation.shares(capacity).values())
    if protected:
        kept = 4
    return DayPlaces(
        on=on,
        open=True,
        capacity=capacity,
        kept=kept,
        places=spread(capacity, 24),
        protected=spread(24 * protected, 24),
        protected_ordinary=24 * protected - (1 if protected else 0),
        protected_kept=1 if protected else 0,
        basis="board",
    )


ADMIN = Actor(1, "console", frozenset({(Role.ADMINISTRATOR, "*")}))
# label: role and place, in the order of the accounts' numbers from 2.
STAFFED = {
    "carrier": (Role.CARRIER, "*"),
    "rival": (Role.CARRIER, "*"),
    "clerk": (Role.CLERK, "kz_a"),
    "officer": (Role.OFFICER, "kz_a"),
    "second": (Role.OFFICER, "kz_a"),
    "supervisor": (Role.SUPERVISOR, "kz_a"),
    "agency": (Role.AGENCY, "kz"),
    "kg_agency": (Role.AGENCY, "kg"),
    "kg_officer": (Role.OFFICER, "kg_dostuk"),
    "xx_officer": (Role.OFFICER, "xx_c"),
    "xx_agency": (Role.AGENCY, "xx"),
    "b_officer": (Role.OFFICER, "kz_b"),
    "demo": (Role.DEMONSTRATOR, "*"),
    "reader": (Role.READER, "*"),
}
PEOPLE = {
    label: Actor(number, label, frozenset({grant}))
    for number, (label, grant) in enumerate(STAFFED.items(), 2)
}
PEOPLE |= {"admin": ADMIN, "public": PUBLIC, "timer": TIMER}
GUARDS = {A: "officer", B: "b_officer", D: "kg_officer", X: "xx_officer"}
AGENCIES = {A: "agency", B: "agency", D: "kg_agency", X: "xx_agency"}


def vehicle(n: int, **changes: object) -> Vehicle:
    """The n-th invented truck."""
    made = Vehicle(
        country="KZ",
        plate=f"TST{n:05d}",
        vin=f"TESTTRUCK{n:08d}",
        phone=f"+770000{n:05d}",
        drivers=(f"Invented Driver {n}",),
    )
    return replace(made, **changes)


@cache
def _begun() -> MemoryStore:
    """Everything that is there before the first truck, made once and copied."""
    store = MemoryStore()
    begin(store)
    return store


def begin(store: Store) -> None:
    """Lay the network and the people into an empty store."""
    at = Moment(BEGIN, BEGIN)
    first = (AddAccount("", ADMIN, "admin", "Admin", "hash", "administrator", "*"),)
    load = LoadNetwork(
        "load",
        ADMIN,
        tuple(checkpoint(id) for id in POSTS),
        (),
        tuple(
            LineDays(line(id, rules()), (day_places(id, TODAY, rules()[POSTS[id][2]]),))
            for id in POSTS
        ),
        "tests",
    )
    people = [
        AddAccount("", ADMIN, label, f"Invented {label}", "hash", role, place)
        for label, (role, place) in STAFFED.items()
    ]
    answers = run(store, [*first, load, *people], rules(), at).answers
    assert all(isinstance(answer, Done) for answer in answers), answers


class World:
    """A store, a clock that stands until it is moved, and somebody for every task."""

    def __init__(self, regulations: Regulations | None = None) -> None:
        self.store = MemoryStore()
        begun, content = _begun()._content, self.store._content
        content.tables = {kind: dict(rows) for kind, rows in begun.tables.items()}
        content.log, content.answers = list(begun.log), dict(begun.answers)
        self.rules = regulations or rules()
        self.now = Moment(BEGIN, BEGIN)
        self.keys = (f"key {n}" for n in count(1))

    # The clock.

    def wait(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Both clocks go on."""
        span = round(hours * HOUR + minutes * MINUTE + seconds * SECOND)
        self.now = Moment(self.now.at + span, self.now.real + span)

    def until(self, at: Instant) -> None:
        self.now = Moment(at, self.now.real + (at - self.now.at))

    def window(self, line: str = A, *, day: int = 0, hour: int = 12) -> Instant:
        """The window of a line that begins at a local hour, `day` days from now on the calendar."""
        of, on = self.line(line), TODAY + timedelta(days=day)
        begin = day_start(on, of.zone)
        regulation = self.rules.at(of, begin, window=begin)
        starts = windows(on, of.zone, regulation.window)
        return starts[hour * HOUR // regulation.window]

    # Doing.

    def do(self, command: Command) -> Answer:
        return self.run([command]).answers[0]

    def run(self, commands: list[Command]) -> Outcome:
        return run(self.store, commands, self.rules, self.now)

    def done(self, command: Command) -> dict:
        answer = self.do(command)
        assert isinstance(answer, Done), answer
        return answer.outcome

    def refused(self, command: Command) -> str:
        answer = self.do(command)
        assert isinstance(answer, Refused), answer
        return answer.reason.value

    def key(self) -> str:
        return next(self.keys)

    def book_command(
        self,
        n: int = 1,
        *,
        line: str = A,
        start: Instant | None = None,
        who: str = "carrier",
        vehicle_class: str = "in_turn",
        key: str | None = None,
        protected: bool = False,
        **changes: object,
    ) -> Book:
        start = self.window(line) if start is None else start
        key = self.key() if key is None else key
        truck = vehicle(n, **changes)
        return Book(key, PEOPLE[who], line, start, vehicle_class, truck, protected)

    def book(self, n: int = 1, **how: object) -> int:
        return self.done(self.book_command(n, **how))["number"]

    def walk_in(self, n: int = 1, *, line: str = A) -> int:
        guard = PEOPLE[GUARDS[line]]
        return self.done(WalkIn(self.key(), guard, line, vehicle(n)))["number"]

    def set_aside(
        self,
        number: int,
        verb: str,
        cause: str,
        *,
        first: Actor = PEOPLE["officer"],
        second: Actor = PEOPLE["second"],
    ) -> dict:
        """One officer proposes a step that takes a truck's place, and another person agrees."""
        self.done(Propose(self.key(), first, number, verb, cause))
        return self.done(Approve(self.key(), second, number, verb=verb))

    def tick(self) -> None:
        """What the timer does: everything whose time has come, as ordinary commands."""
        while due := self.store.reader.due(Booking, self.now.at, 500):
            for number in due:
                self.do(Lapse("", TIMER, number))
        for number, start in self.store.reader.due(Return, self.now.at, 500):
            self.do(GiveBack("", TIMER, number, start))

    # Looking.

    def line(self, id: str = A) -> Line:
        return self.store.reader.get(Line, id)

    def booking(self, number: int) -> Booking:
        return self.store.reader.get(Booking, number)

    def status(self, number: int) -> Status:
        booking = self.booking(number)
        if booking is None:
            return Status.NONE
        now = max(self.now.at, self.last().at)
        regulation = self.rules.at(
            self.line(booking.line), now, booked=booking.confirmed_at, window=booking.start
        )
        return status_of(booking, regulation, now)

    def slot(self, start: Instant, line: str = A) -> Slot:
        return self.store.reader.get(Slot, (line, start))

    def left(self, line: str = A, ahead: int = 0, pool: str = "ordinary") -> int:
        """Places of a pool that nobody has on a day."""
        regulation = self.rules[self.line(line).regulation]
        rule = next(rule for rule in regulation.pools if rule.name == pool)
        return self.day(line, ahead).left(rule)

    def day(self, line: str = A, ahead: int = 0) -> Day:
        on = (TODAY + timedelta(days=ahead)).isoformat()
        return self.store.reader.get(Day, (line, on))

    def account(self, label: str) -> Account:
        return self.store.reader.get(Account, PEOPLE[label].account)

    def claims(self) -> set[tuple[str, str, str, int]]:
        return {(*claim.key, claim.number) for claim in self.store.reader.all(Claim)}

    def events(self, number: int = 0) -> list[Logged]:
        log = self.store.reader.log
        return list(log) if not number else [e for e in log if e.number == number]

    def kinds(self, number: int) -> list[str]:
        return [str(e.kind) for e in self.events(number)]

    def last(self) -> Logged:
        return self.store.reader.log[-1]

    def body(self) -> dict:
        return json.loads(self.last().body)

    # What must hold whenever nothing is under way.

    def check(self) -> None:
        places_hold(self)
        claims_hold(self)
        log_holds(self)


USES_UP = ("crossed", "no_show", "turned_back", "cancelled", "released")


def places_hold(w: World) -> None:
    """Slots, days and bookings tell one story."""
    reader = w.store.reader
    slots: dict[tuple[str, str], list[Slot]] = {}
    zones = {row.id: row.zone for row in reader.all(Line)}
    returned = {(r.number, r.start) for r in reader.all(Return)}
    held: dict[tuple[str, Instant], int] = {}
    classes: dict[tuple[str, str, str], int] = {}
    for b in reader.all(Booking):
        if b.start is None:
            continue
        on = local_date(b.start, zones[b.line])
        # A cancelled booking's place is given back, unless its window was over.
        if b.outcome in ("cancelled", "released") and b.ended_at is not None:
            regulation = w.rules[w.line(b.line).regulation]
            if b.ended_at < b.start + regulation.window:
                continue
        held[b.line, b.start] = held.get((b.line, b.start), 0) + 1
        place = (b.line, on, str(b.vehicle_class))
        classes[place] = classes.get(place, 0) + 1
    for s in reader.all(Slot):
        assert s.taken >= 0
        assert s.protected >= 0
        assert s.taken + s.protected <= s.capacity, s
        assert s.taken == held.get((s.line, s.start), 0), (s, held.get((s.line, s.start), 0))
        slots.setdefault((s.line, local_date(s.start, zones[s.line])), []).append(s)
    for d in reader.all(Day):
        of = slots[d.key]
        assert sum(s.protected for s in of) == sum(d.protected.values()), d
        assert sum(s.capacity for s in of) == d.capacity, d
        assert min((*d.protected.values(), *d.reserved.values()), default=0) >= 0, d
        assert d.kept == sum(d.reserved.values()) <= d.capacity, d
        regulation = w.rules[w.line(d.line).regulation]
        left = [d.left(pool) for pool in regulation.pools]
        assert min(left) >= 0, d
        assert sum(left) == sum(s.free for s in of), d
        for rule in regulation.classes.values():
            if rule.pool is not None:
                name = rule.name
                assert d.taken.get(name, 0) == classes.get((*d.key, name), 0), (d, name)
    for number, start in returned:
        assert w.slot(start, w.booking(number).line) is not None


def claims_hold(w: World) -> None:
    """Claims are those of live bookings' vehicles, no more and no fewer."""
    reader = w.store.reader
    wanted = set()
    for b in reader.all(Booking):
        who = reader.get(Particulars, b.number)
        if b.ended_at is None:
            assert who is not None, "what is live keeps its particulars"
            authority = w.line(b.line).authority
            wanted.add((authority, "plate", f"{who.country} {who.plate}", b.number))
            if who.vin:
                wanted.add((authority, "vin", who.vin, b.number))
    assert w.claims() == wanted


def log_holds(w: World) -> None:
    """The log is dense, never runs backwards, and names nobody."""
    log = w.events()
    assert [e.position for e in log] == list(range(1, len(log) + 1))
    assert all(a.at <= b.at for a, b in pairwise(log))
    told = "\n".join(f"{e.actor} {e.line} {e.body}" for e in log)
    for secret in secrets_of(w):
        assert secret not in told, secret


def secrets_of(w: World) -> set[str]:
    """Everything personal that the store knows."""
    reader = w.store.reader
    found = {name.name for name in reader.all(Driver)}
    for who in reader.all(Particulars):
        found |= {who.plate, who.vin, who.phone, who.trailer}
    found |= {account.name for account in reader.all(Account)}
    return found - {""}


def local_date(at: Instant, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date().isoformat()


def granted(w: World, label: str) -> set[tuple[str, str]]:
    account = PEOPLE[label].account
    return {(g.role, g.place) for g in w.store.reader.rows(Grant, account)}
