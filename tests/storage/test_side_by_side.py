"""The same commands to a store in memory and to a file: the same answers, events and tables."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kezek.app.desk.batch import run
from kezek.app.port import Store
from kezek.domain.account.account import GarageDriver, GarageVehicle
from kezek.domain.account.decide import (
    AddAccount,
    CloseAccount,
    GrantRole,
    IssueKey,
    RevokeKey,
    SetPassword,
)
from kezek.domain.account.garage import KeepInGarage
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.lapse import GiveBack, Lapse
from kezek.domain.booking.release import Release
from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity
from kezek.domain.decide import Command
from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.domain.slot.place import Return
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, TurnBack
from kezek.domain.turn.undo import Undo
from kezek.storage.sqlite.store import SqliteStore
from kezek.storage.table import TABLES
from tests.app.installation.fingerprints import fingerprint
from tests.storage.network import loaded
from tests.world import ADMIN, AGENCIES, GUARDS, PEOPLE, POSTS, TODAY, World, vehicle

KINDS = [
    kind for kind in TABLES if kind.__name__ not in ("Logged", "Answered", "Session", "Setting")
]
LINES = list(POSTS)
CLASSES = ["in_turn", "in_turn", "in_turn", "accelerated", "priority"]

lines = st.sampled_from(LINES)
numbers = st.integers(1, 12)
trucks = st.integers(1, 10)
hours = st.sampled_from([9, 10, 10, 11, 12])
delays = st.sampled_from([0, 30 * MINUTE])
keys = st.integers(0, 40)


class SideBySide(RuleBasedStateMachine):
    """Commands are drawn blindly; many are refused, which must be the same on both sides too."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.file = self.opened()
        self.batch: list[Command] = []
        self.secrets = 0
        # Some who are on their way already, so that a short run gets far enough.
        for n in range(20, 26):
            line = LINES[n % 3]
            start = self.world.window(line, hour=9)
            self.add(self.world.book_command(n, line=line, start=start, key=""))
        self.hand_in()

    def teardown(self) -> None:
        if not hasattr(self, "file"):
            return
        try:
            self.hand_in()
            self.everything_is_the_same()
        finally:
            self.file.close()
            self.removed()

    def opened(self) -> Store:
        """The other side, with the same network."""
        self.folder = Path(tempfile.mkdtemp())
        return SqliteStore(str(loaded(self.folder / "kezek.db")))

    def removed(self) -> None:
        shutil.rmtree(self.folder)

    def add(self, command: Command) -> None:
        """Into the next batch, under a key that now and then has been used before."""
        self.batch.append(command)

    def key(self, key: int) -> str:
        return f"key {key}" if key % 3 else ""

    def hand_in(self) -> None:
        batch, self.batch = self.batch, []
        sides = [
            run(store, batch, self.world.rules, self.world.now)
            for store in (self.world.store, self.file)
        ]
        assert sides[0].answers == sides[1].answers
        assert sides[0].events == sides[1].events

    # Drivers and carriers.

    @rule(n=trucks, line=lines, hour=hours, day=st.integers(0, 1), name=st.sampled_from(CLASSES),
          who=st.sampled_from(["carrier", "rival", "public", "demo"]), key=keys, vin=st.booleans(),
          protected=st.booleans())  # fmt: skip
    def book(self, *, n, line, hour, day, name, who, key, vin, protected) -> None:
        truck = vehicle(n) if vin else vehicle(n, vin="", drivers=())
        start = self.world.window(line, day=day, hour=hour)
        command = self.world.book_command(
            n, line=line, start=start, who=who, vehicle_class=name, key=self.key(key)
        )
        self.add(replace(command, vehicle=truck, protected=protected and who == "demo"))

    @rule(number=numbers, line=lines, hour=hours, delay=delays, key=keys)
    def move(self, number, line, hour, delay, key) -> None:
        start = self.world.window(line, hour=hour)
        self.add(Move(self.key(key), PEOPLE["carrier"], number, start, delay))

    @rule(number=numbers, delay=delays, key=keys, who=st.sampled_from(["carrier", "officer"]))
    def cancel(self, number, delay, key, who) -> None:
        self.add(Cancel(self.key(key), PEOPLE[who], number, delay))

    @rule(number=numbers, name=st.sampled_from(["Invented One", "Ойдан Шыққан", ""]), key=keys)
    def add_driver(self, number, name, key) -> None:
        self.add(AddDriver(self.key(key), PEOPLE["carrier"], number, name))

    # The post.

    @rule(number=numbers, others=st.lists(st.integers(0, 7), min_size=1, max_size=5))
    def go_on(self, number, others) -> None:
        """The next steps of a truck, now and then not the best ones, and now and then taken back."""
        for otherwise in others:
            self.hand_in()
            self.step(number, otherwise)

    def step(self, number, otherwise) -> None:
        booking = self.world.booking(number)
        if booking is None:
            return
        line, guard = booking.line, PEOPLE[GUARDS[booking.line]]
        steps: dict[str, list[Command]] = {
            "arrived": [Call("", guard, line), Call("", guard, line, number, "medical")],
            "called": [
                Admit("", guard, number),
                Propose("", guard, number, "miss", "driver_gone"),
            ],
            "admitted": [Cross("", guard, number), TurnBack("", guard, number, "papers")],
            "crossed": [Undo("", guard, number)],
        }
        found = steps.get(self.world.status(number), [Arrive("", guard, number)])
        self.add(found[otherwise == 0 and len(found) > 1])
        if otherwise == 1:
            self.add(Undo("", guard, number))

    @rule(n=trucks, line=lines)
    def walk_in(self, n, line) -> None:
        self.add(WalkIn("", PEOPLE[GUARDS[line]], line, vehicle(n)))

    @rule(number=numbers, cause=st.sampled_from(["", "medical"]),
          who=st.sampled_from(["officer", "second", "supervisor"]))  # fmt: skip
    def approve(self, number, cause, who) -> None:
        self.add(Approve("", PEOPLE[who], number, cause))

    @rule(number=numbers, verb=st.sampled_from(["call", "miss", "turn_back", "cancel"]),
          who=st.sampled_from(["officer", "second", "supervisor"]))  # fmt: skip
    def propose(self, number, verb, who) -> None:
        cause = {"call": "medical", "turn_back": "papers"}.get(verb, "breakdown")
        self.add(Propose("", PEOPLE[who], number, verb, cause))

    @rule(number=numbers, who=st.sampled_from(["officer", "second", "supervisor"]))
    def refuse(self, number, who) -> None:
        self.add(Refuse("", PEOPLE[who], number, "not_proven"))

    @rule(number=numbers, delay=delays)
    def release(self, number, delay) -> None:
        self.add(Release("", PEOPLE["agency"], number, "false_plate", delay))

    # The agency and the administrator.

    @rule(line=lines, capacity=st.sampled_from([0, 72, 240, 240]), day=st.integers(0, 1),
          kind=st.sampled_from([SetCapacity, SetCapacity, OpenDay]))  # fmt: skip
    def set_capacity(self, line, capacity, day, kind) -> None:
        on = TODAY.replace(day=TODAY.day + day).isoformat()
        self.add(kind("", PEOPLE[AGENCIES[line]], line, on, capacity, "invented"))

    @rule(line=lines, day=st.sampled_from([0, 3, 3, 3]))
    def close_day(self, line, day) -> None:
        on = TODAY.replace(day=TODAY.day + day).isoformat()
        self.add(CloseDay("", PEOPLE[AGENCIES[line]], line, on, "invented"))

    @rule(n=st.integers(1, 3), place=st.sampled_from(["*", "kz_a"]), withdraw=st.booleans())
    def accounts(self, n, place, withdraw) -> None:
        self.add(AddAccount("", ADMIN, f"login{n}", "Invented", "hash", "carrier", place))
        self.add(GrantRole("", ADMIN, 17, "reader", place, withdraw))
        self.add(SetPassword("", ADMIN, 17, f"hash {n}"))

    @rule(n=st.integers(1, 3))
    def keys_and_closing(self, n) -> None:
        who, self.secrets = PEOPLE["carrier"], self.secrets + 1
        digest = f"digest {self.secrets}"
        self.add(IssueKey("", who, who.account, digest, "label", "carrier", "*", 9))
        self.add(RevokeKey("", who, n))
        self.add(CloseAccount("", ADMIN, 16 + n))

    @rule(n=st.integers(1, 2), remove=st.booleans())
    def garage(self, n, remove) -> None:
        who = PEOPLE["rival"]
        truck = GarageVehicle(who.account, f"TST{n:05d}", "KZ", "", "", "label")
        self.add(KeepInGarage("", who, truck, remove))
        self.add(KeepInGarage("", who, GarageDriver(who.account, f"D {n}", ""), remove))

    # Time, and the commit.

    @rule(minutes=st.sampled_from([0, 0, 0, 1, 5, 21, 21, 60, 1_700]))
    def commit_and_wait(self, minutes) -> None:
        self.hand_in()
        self.world.wait(minutes=minutes)

    @rule()
    def timer(self) -> None:
        self.hand_in()
        here, there = self.world.store.reader, self.file.reader
        now = self.world.now.at
        assert list(here.due(Booking, now, 5)) == list(there.due(Booking, now, 5))
        assert list(here.due(Return, now, 5)) == list(there.due(Return, now, 5))
        self.batch += [Lapse("", PEOPLE["timer"], number) for number in here.due(Booking, now, 5)]
        for number, start in here.due(Return, now, 5):
            self.add(GiveBack("", PEOPLE["timer"], number, start))

    @invariant()
    def the_readers_agree(self) -> None:
        if not hasattr(self, "file"):
            return
        here, there, now = self.world.store.reader, self.file.reader, self.world.now.at
        assert here.last_event() == there.last_event()
        assert here.last_position() == there.last_position()
        for line in LINES[:2]:
            assert list(here.present(line)) == list(there.present(line))
            span = (line, now - HOUR, now + 5 * HOUR)
            assert list(here.booked(*span)) == list(there.booked(*span))
            assert here.slots(*span) == there.slots(*span)
            assert list(here.plates(line, "01", 5)) == list(there.plates(line, "01", 5))
            assert here.counted(line, "crossed", now - HOUR) == there.counted(
                line, "crossed", now - HOUR
            )

    def everything_is_the_same(self) -> None:
        here, there = self.world.store.reader, self.file.reader
        for kind in KINDS:
            assert here.all(kind) == there.all(kind), kind
        assert here.events(0, 10**6) == there.events(0, 10**6)
        assert here.events_before(10**6, 9, LINES[0]) == there.events_before(10**6, 9, LINES[0])
        for number in range(13):
            assert here.history(number) == there.history(number)
        for account in range(4):
            assert list(here.held_by(account, 9, 3)) == list(there.held_by(account, 9, 3))
        on = TODAY.isoformat()
        assert here.days(LINES[0], on, on) == there.days(LINES[0], on, on)
        wanted = list(here.content.answers)
        with self.file.unit() as unit:
            assert unit.answered(wanted) == here.content.answers
            assert unit.last_at == here.last_event().at
        assert here.many(Booking, [3, 1]) == there.many(Booking, [3, 1])
        one, other = fingerprint(self.world.store), fingerprint(self.file)
        assert one == other
        assert one.broken == [], "whatever is done, every promise holds"


SideBySide.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestSideBySide = SideBySide.TestCase
