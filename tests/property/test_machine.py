"""The whole set of commands in any order, against a model that shares no code with the rules."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kezek.app.desk.batch import Done
from kezek.domain.account.actor import Actor
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.release import Release
from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity
from kezek.domain.kernel.instant import DAY, MINUTE, SECOND, to_datetime
from kezek.domain.slot.slot import Day, Slot
from kezek.domain.turn.acknowledge import Acknowledge
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo
from tests.property.naive import DEAR, RULES, Naive
from tests.property.public import Public
from tests.world import AGENCIES, GUARDS, PEOPLE, B, World, X, local_date, vehicle

LINES = st.sampled_from([B, X])
VEHICLES = st.integers(0, 7)
CHOICE = st.integers(0, 1_000)
HOURS = st.sampled_from([8, 10, 10, 10, 12, 14])
AHEAD = st.integers(0, 1)
DELAYS = st.sampled_from([0, MINUTE, 90 * MINUTE])
CAPACITY = st.sampled_from([0, 1, 12, 24, 60, 72, 96, 97, 1000])
STEPS = {"arrive": Arrive, "admit": Admit, "cross": Cross, "miss": Miss, "turn_back": TurnBack}


class Queue(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.w, self.m, self.public = World(), Naive(), Public()
        self.read_places()

    def read_places(self):
        reader = self.w.store.reader
        for row in reader.all(Slot):
            if row.line in RULES:
                self.m.slots[row.key] = {f.name: getattr(row, f.name) for f in fields(Slot)}
        for row in reader.all(Day):
            if row.line in RULES:
                self.m.days[row.key] = flat(row)

    @property
    def now(self):
        return max(self.w.now.at, self.w.last().at)

    def some(self, choice):
        """A booking, whatever has become of it; the youngest most often."""
        numbers = sorted(self.m.bookings, reverse=True)
        return numbers[(choice % 7) % len(numbers)]

    def agree(self, command, expected):
        answer = self.w.do(command)
        assert isinstance(answer, Done) == expected, (command, answer)
        return answer

    @rule(n=VEHICLES, line=LINES, hour=HOURS, day=AHEAD, dear=st.integers(0, 4))
    def book(self, n, line, hour, day, dear):
        name = "accelerated" if dear == 0 else "in_turn"
        start = self.w.window(line, day=day, hour=hour)
        command = self.w.book_command(n, line=line, start=start, vehicle_class=name)
        number = len(self.m.bookings) + 1
        answer = self.agree(command, self.m.book(number, n, line, start, name, self.now))
        if isinstance(answer, Done):
            assert answer.outcome["number"] == number

    @rule(n=VEHICLES, line=LINES, hour=HOURS, day=AHEAD, dear=st.integers(0, 4))
    def book_a_known_place(self, n, line, hour, day, dear):
        name = "accelerated" if dear == 0 else "in_turn"
        start, who = self.w.window(line, day=day, hour=hour), AGENCIES[line]
        command = self.w.book_command(
            n, line=line, start=start, vehicle_class=name, who=who, protected=True
        )
        number, known = len(self.m.bookings) + 1, self.m.imported(line, start)
        legal = self.m.book_known(number, n, line, start, name, self.now)
        self.agree(command, legal)
        assert self.m.imported(line, start) == known - legal

    @rule(n=VEHICLES, line=LINES)
    def walk_in(self, n, line):
        number = len(self.m.bookings) + 1
        command = WalkIn(self.w.key(), PEOPLE[GUARDS[line]], line, vehicle(n))
        self.agree(command, self.m.walk_in(number, n, line, self.now))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE, hour=HOURS, day=AHEAD, delay=DELAYS)
    def move(self, choice, hour, day, delay):
        number = self.some(choice)
        start = self.w.window(self.m.bookings[number]["line"], day=day, hour=hour)
        holder = self.w.booking(number).holder
        who = next(actor for actor in PEOPLE.values() if actor.account == holder)
        command = Move(self.w.key(), who, number, start, delay)
        if self.m.bookings[number]["class"] == "walk_in":
            return
        self.agree(command, self.m.move(number, start, delay, self.now))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE, delay=DELAYS)
    def cancel(self, choice, delay):
        number = self.some(choice)
        who = PEOPLE["agency"] if self.line_of(number) == B else PEOPLE["xx_agency"]
        command = Cancel(self.w.key(), who, number, delay, "papers")
        self.agree(command, self.m.finish(number, "cancelled", self.now, delay))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE, delay=DELAYS)
    def give_up(self, choice, delay):
        number = self.some(choice)
        command = Cancel(self.w.key(), Actor(0, "ticket", ticket=number), number, delay)
        self.agree(command, self.m.finish(number, "cancelled", self.now, delay, arrived=True))

    def second(self, number, *, in_charge):
        line = self.line_of(number)
        return PEOPLE[AGENCIES[line]] if in_charge else PEOPLE[GUARDS[line]]

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE, verb=st.sampled_from(["miss", "turn_back", "cancel"]), chief=st.booleans())
    def propose(self, choice, verb, chief):
        number = self.some(choice)
        who, cause = self.second(number, in_charge=chief), "breakdown"
        command = Propose(
            self.w.key(), who, number, verb, "papers" if verb == "turn_back" else cause
        )
        self.agree(command, self.m.propose(number, verb, who.label, self.now))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE, chief=st.booleans())
    def approve(self, choice, chief):
        number = self.some(choice)
        who, found = self.second(number, in_charge=chief), self.m.bookings[number]["proposal"]
        if found is None:
            return
        command = Approve(self.w.key(), who, number, verb=found[0])
        self.agree(command, self.m.approve(number, who.label, self.now, undoes=not chief))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE, chief=st.booleans())
    def refuse(self, choice, chief):
        number = self.some(choice)
        who, found = self.second(number, in_charge=chief), self.m.bookings[number]["proposal"]
        if found is None:
            return
        command = Refuse(self.w.key(), who, number, "not_proven", found[0])
        self.agree(command, self.m.refuse(number, self.now))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE)
    def release(self, choice):
        number = self.some(choice)
        command = Release(self.w.key(), self.guard(number), number, "false_plate")
        self.agree(command, self.m.finish(number, "released", self.now))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE)
    def add_driver(self, choice):
        b = self.m.bookings[self.some(choice)]
        legal = self.m.status(b, self.now) in {
            "confirmed", "late", "displaced", "arrived", "called",
        }  # fmt: skip
        legal = legal and b["drivers"] < RULES[b["line"]]["drivers"]
        b["drivers"] += legal
        who = PEOPLE[AGENCIES[b["line"]]]
        self.agree(AddDriver(self.w.key(), who, self.some(choice), "Invented Second"), legal)

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE, verb=st.sampled_from(["arrive", "arrive", *STEPS]))
    def step(self, choice, verb):
        number = self.some(choice)
        extra = ("papers",) if verb == "turn_back" else ()
        command = STEPS[verb](self.w.key(), self.guard(number), number, *extra)
        self.agree(command, self.m.step(number, verb, self.now))

    @rule(line=LINES, knows=st.booleans())
    def call(self, line, knows):
        closed = self.m.closed(line, self.now) and not knows
        expected = None if closed else self.m.call(line, self.now)
        command = Call(self.w.key(), PEOPLE[GUARDS[line]], line, despite_closure=knows)
        answer = self.agree(command, expected is not None)
        if expected is not None:
            assert answer.outcome["number"] == expected

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE)
    def call_out_of_turn(self, choice):
        number = self.some(choice)
        line = self.line_of(number)
        following = self.m.next(line, self.now)
        if following is not None and following[0] == number:
            return
        command = Call(
            self.w.key(), self.guard(number), line, number, "medical", despite_closure=True
        )
        self.agree(command, self.m.call_out_of_turn(number, self.now))

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE)
    def acknowledge(self, choice):
        number = self.some(choice)
        who = Actor(0, "ticket", ticket=number)
        legal = self.m.status(self.m.bookings[number], self.now) == "called"
        until = self.w.booking(number).call_until or 0
        self.agree(Acknowledge(self.w.key(), who, number, until), legal)

    @precondition(lambda self: self.m.bookings)
    @rule(choice=CHOICE)
    def undo(self, choice):
        number = self.some(choice)
        command = Undo(self.w.key(), self.guard(number), number)
        self.agree(command, self.m.undo(number, self.now))

    @rule(
        line=LINES,
        day=AHEAD,
        capacity=CAPACITY,
        how=st.sampled_from(["set", "set", "close", "open"]),
    )
    def calendar(self, line, day, capacity, how):
        start = self.w.window(line, day=day, hour=0)
        on = local_date(start, RULES[line]["zone"])
        who, key = PEOPLE[AGENCIES[line]], self.w.key()
        make = {
            "set": lambda: SetCapacity(key, who, line, on, capacity, "works"),
            "open": lambda: OpenDay(key, who, line, on, capacity, "works"),
            "close": lambda: CloseDay(key, who, line, on, "works"),
        }
        here = self.m.days[line, on]
        today = self.m.day_key(line, self.now)[1]
        legal = on >= today and (how != "set" or here["open"])
        known = self.known_places()
        if legal:
            self.m.settle_returns(line, on)
        before = {k[1]: dict(s) for k, s in self.m.slots.items() if k[0] == line}
        raised = how != "close" and capacity >= here["capacity"]
        seen = len(self.w.events())
        answer = self.agree(make[how](), legal)
        if not legal:
            return
        told = [e for e in self.w.events()[seen:] if e.kind == "displaced"]
        asked = 0 if how == "close" else capacity
        gone = self.m.displaced_by(line, on, asked, self.now)
        assert {e.number for e in told} == gone
        assert not (raised and gone), "raising displaces nobody"
        assert answer.outcome["displaced"] == len(gone)
        self.read_places()
        assert answer.outcome["forgotten"] == known - self.known_places()
        assert self.m.days[line, on]["capacity"] >= asked
        self.looks_level(line, on, before, raised=raised)

    def looks_level(self, line, on, before, *, raised):
        """No window has two places more than another, unless it needs them or had them before."""
        slots = [
            s for (name, at), s in self.m.slots.items() if self.m.day_key(name, at) == (line, on)
        ]
        least = min(s["capacity"] for s in slots)
        for slot in slots:
            needed = slot["taken"] + slot["protected"]
            floor = before[slot["start"]]["capacity"] if raised else needed
            assert slot["capacity"] >= floor
            assert slot["capacity"] <= max(floor, least + 1)

    @rule(minutes=st.sampled_from([1, 4, 20, 60, 150, 600]), timer=st.booleans())
    def wait(self, minutes, timer):
        self.w.wait(minutes=minutes, seconds=11)
        self.m.forget_steps()
        if timer:
            self.w.tick()
            self.m.tick(self.now)

    @rule(days=st.sampled_from([0, 31, 62]))
    def sweep(self, days):
        """As if so many days had passed; the world's check finds what a live booking lost."""
        self.w.wait(seconds=11)
        self.m.forget_steps()
        before = to_datetime(self.now + days * DAY).date().isoformat()
        self.w.store.sweep(answers_before=0, particulars_before=before)

    def known_places(self):
        return sum(self.m.imported(*place) for place in self.m.slots)

    @rule()
    def wait_a_moment(self):
        self.w.wait(seconds=1 / SECOND)

    def line_of(self, number):
        return self.m.bookings[number]["line"]

    def guard(self, number):
        return PEOPLE[GUARDS[self.line_of(number)]]

    @invariant()
    def everybody_believes_the_same(self):
        if not hasattr(self, "m"):
            return
        for number, b in self.m.bookings.items():
            assert self.w.status(number) == self.m.status(b, self.now), number
            assert self.w.booking(number).start == b["start"]
            assert self.w.booking(number).moves == b["moves"]
        for (line, start), slot in self.m.slots.items():
            row = self.w.slot(start, line)
            assert (row.taken, row.protected, row.capacity) == (
                slot["taken"], slot["protected"], slot["capacity"],
            ), (line, start)  # fmt: skip
        for (line, on), day in self.m.days.items():
            row = self.w.store.reader.get(Day, (line, on))
            assert flat(row) == day
        for line, cursor in self.m.cursors.items():
            assert (self.w.line(line).round, self.w.line(line).cursor) == cursor
        self.w.check()

    @invariant()
    def the_public_log_tells_the_line(self):
        if hasattr(self, "public"):
            self.public.agrees(self.w)

    def teardown(self):
        if hasattr(self, "w"):
            self.w.wait(hours=1000)
            self.w.tick()
            self.told_again()

    def told_again(self):
        """The log alone tells how every booking ended."""
        told = {}
        plain = {
            "confirmed": "confirmed", "walked_in": "arrived", "moved": "confirmed",
            "cancelled": "cancelled", "arrived": "arrived", "called": "called",
            "called_out_of_turn": "called", "missed": "arrived", "admitted": "admitted",
            "crossed": "crossed", "turned_back": "turned_back", "not_shown": "no_show",
            "displaced": "displaced", "released": "released",
        }  # fmt: skip
        stories: dict[int, list[str]] = {}
        for event in self.w.events():
            if not event.number:
                continue
            story = stories.setdefault(event.number, [])
            if event.kind == "undone":
                story.pop()
                assert json.loads(event.body)["verb"]
            elif event.kind in plain:
                story.append(plain[event.kind])
            told[event.number] = story[-1]
        assert told == {b: self.w.status(b).value for b in self.m.bookings}
        assert Counter(told.values()).keys() <= set(plain.values())


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def flat(day: Day) -> dict:
    """A day's row as the naive model keeps it: one number a name."""
    row = {
        "line": day.line,
        "on": day.on,
        "open": day.open,
        "basis": day.basis,
        "reason": day.reason,
    }
    row |= {"capacity": day.capacity, "kept": day.reserved.get("kept", 0)}
    row |= {f"protected_{pool}": day.protected.get(pool, 0) for pool in ("ordinary", "kept")}
    return row | {name: day.taken.get(name, 0) for name in ("in_turn", *DEAR, "walk_in")}
