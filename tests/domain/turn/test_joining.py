"""How a class joins the cycle: at once, or in the next round."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kezek.domain.booking.change import Cancel
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulation import Joins
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.joining import place_if_joined
from kezek.domain.turn.undo import Undo
from kezek.domain.turn.waiting import present, waiting
from tests.world import PEOPLE, A, World, rules

OFFICER, SECOND_OFFICER = PEOPLE["officer"], PEOPLE["second"]
T, P, W = "in_turn", "priority", "walk_in"


def regulations(cycle: tuple[str, ...], next_round: tuple[str, ...]) -> Regulations:
    kz = rules()["kz"]
    classes = {
        name: replace(rule, joins=Joins.NEXT_ROUND if name in next_round else Joins.AT_ONCE)
        for name, rule in kz.classes.items()
    }
    return Regulations({**rules(), "kz": replace(kz, interleave=cycle, classes=classes)})


class Yard:
    """A line of booked trucks b1, b2, …, walk-ins w1, w2, … and priority trucks p1, p2, …"""

    def __init__(self, cycle: tuple[str, ...], next_round: tuple[str, ...] = (W,)) -> None:
        self.w = World(regulations(cycle, next_round))
        self.numbers: dict[str, int] = {}

    def comes(self, *names: str, hour: int = 9) -> None:
        for name in names:
            n = len(self.numbers)
            if name.startswith("w"):
                self.numbers[name] = self.w.walk_in(n)
                continue
            start = self.w.window(hour=hour)
            of = {"vehicle_class": P, "who": "clerk"} if name.startswith("p") else {}
            self.numbers[name] = self.w.book(n, start=start, **of)
            self.w.done(Arrive("", OFFICER, self.numbers[name]))

    def line(self) -> str:
        names = {number: name for name, number in self.numbers.items()}
        return " ".join(names[entry.turn.number] for entry in self.entries())

    def entries(self):
        line = self.w.line()
        here = present(Facts(self.w.store.reader), line)
        return waiting(here, line, self.w.rules["kz"], max(self.w.now.at, self.w.last().at))

    def call(self, times: int = 1) -> None:
        for _ in range(times):
            self.w.done(Call(self.w.key(), OFFICER, A))

    def at(self) -> tuple[int, int]:
        return self.w.line().cursor, self.w.line().round

    def joined(self, name: str) -> int | None:
        return self.w.booking(self.numbers[name]).joined_round

    def told(self, name: str) -> int | None:
        came = [e for e in self.w.events(self.numbers[name]) if e.kind in ("walked_in", "arrived")]
        return json.loads(came[-1].body).get("round")


BOOKED = ("b1", "b2", "b3", "b4", "b5", "b6")

# The cycle; calls made before the walk-in comes; the line then, for each way of joining.
CASES = {
    "in the middle of a round": ((T, T, W), 1, "b2 b3 b4 w b5 b6", "b2 w b3 b4 b5 b6"),
    "at the place of the class": ((T, T, W), 2, "b3 b4 w b5 b6", "w b3 b4 b5 b6"),
    "at the beginning of a round": ((T, T, W), 0, "b1 b2 b3 b4 w b5 b6", "b1 b2 w b3 b4 b5 b6"),
    "in a cycle that begins with it": ((W, T, T), 0, "b1 b2 w b3 b4 b5 b6", "w b1 b2 b3 b4 b5 b6"),
    "with two places a cycle": ((W, T, W, T), 1, "b2 w b3 b4 b5 b6", "w b2 b3 b4 b5 b6"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_walk_in_that_finds_none_of_its_class_waits_for_the_next_round(case):
    cycle, calls, next_round, at_once = CASES[case]
    for joins, wanted in (((W,), next_round), ((), at_once)):
        yard = Yard(cycle, joins)
        yard.comes(*BOOKED)
        yard.call(calls)
        line, regulation, rule = yard.w.line(), yard.w.rules["kz"], yard.w.rules["kz"].classes[W]
        place = place_if_joined(yard.entries(), line, regulation, rule, yard.w.now.at)
        yard.comes("w")
        assert yard.line() == wanted
        assert place == wanted.split().index("w") + 1
        assert yard.told("w") == yard.joined("w") == (yard.at()[1] if joins else None)


def test_a_walk_in_alone_is_called_at_once():
    yard = Yard((T, T, W))
    yard.comes("w1")
    yard.call()
    assert yard.w.booking(yard.numbers["w1"]).called_at is not None
    assert yard.at() == (0, 2), "the cycle has passed its beginning, and then the walk-in's place"


def test_trucks_whose_hour_has_not_begun_keep_nobody_waiting():
    yard = Yard((T, T, W))
    yard.comes("b1", "b2", hour=12)
    yard.comes("w1")
    assert yard.line() == "w1 b1 b2"


def test_walk_ins_that_come_together_are_called_one_a_place():
    yard = Yard((W, T, W, T))
    yard.comes(*BOOKED, "w1", "w2", "w3")
    assert yard.line() == "b1 b2 w1 b3 w2 b4 w3 b5 b6"


def later(yard: Yard) -> Yard:
    """One walk-in came in round 0; it is round 1, and another comes."""
    yard.comes(*BOOKED, "w1")
    yard.call(3)
    assert (yard.at(), yard.line()) == ((1, 1), "b4 w1 b5 b6")
    yard.comes("w2")
    return yard


def test_who_comes_while_the_class_waits_stands_behind_it_and_lets_no_more_pass():
    yard = later(Yard((T, T, W, W)))
    assert yard.line() == "b4 w1 w2 b5 b6"
    assert yard.told("w2") == yard.joined("w2") == 0
    # The one ahead leaves: that makes the way neither shorter nor longer than behind it.
    yard.w.done(Cancel("", OFFICER, yard.numbers["w1"]))
    assert yard.line() == "b4 w2 b5 b6"


def test_a_walk_in_that_leaves_opens_no_short_way():
    yard = Yard((T, W))
    yard.comes(*BOOKED)
    yard.call()
    yard.comes("w1", "w2")
    yard.w.done(Cancel("", OFFICER, yard.numbers["w1"]))
    assert yard.line() == "b2 w2 b3 b4 b5 b6"


def test_a_missed_call_is_no_new_coming():
    yard = Yard((T, T, W))
    yard.comes("w1")
    yard.call()
    yard.comes(*BOOKED)
    yard.call()
    was = yard.joined("w1")
    yard.w.set_aside(yard.numbers["w1"], "miss", "driver_gone")
    assert yard.joined("w1") == was
    assert yard.line() == "b2 w1 b3 b4 b5 b6"


def test_each_class_lets_its_own_round_pass():
    yard = Yard((T, P, W), (P, W))
    yard.comes("b1", "b2", "b3", "w1", "p1")
    assert yard.line() == "b1 b2 p1 w1 b3"
    alone = Yard((T, P, W), (P, W))
    alone.comes("w1", "p1")
    assert alone.line() == "p1 w1", "nobody else waits: the next round begins at once"


def test_a_truck_of_the_class_whose_hour_has_not_begun_is_not_waiting():
    yard = Yard((T, P), (P,))
    yard.comes("b1", "b2", "b3")
    yard.comes("p1", hour=12)
    yard.call()
    yard.call()
    yard.comes("p2")
    assert (yard.at(), yard.joined("p1"), yard.joined("p2")) == ((1, 1), 0, 1)
    assert yard.line() == "b3 p2 p1"


def test_a_late_truck_of_the_class_lets_the_round_pass_too():
    yard = Yard((T, P), (P,))
    yard.comes("b1", "b2", "b3")
    number = yard.w.book(40, start=yard.w.window(hour=9), vehicle_class=P, who="clerk")
    yard.w.wait(hours=5)
    yard.comes("b4", hour=14)
    yard.numbers["p1"] = number
    yard.call()
    yard.w.done(Arrive("", OFFICER, number))
    assert yard.w.booking(number).joined_at is not None, "behind its window"
    assert yard.line() == "b2 p1 b3 b4"
    yard.w.done(Undo("", OFFICER, number))
    assert yard.joined("p1") is None, "an arrival that is taken back takes its round along"


def test_undoing_a_call_gives_the_round_back():
    yard = Yard((T, W))
    yard.comes("b1", "b2", "b3")
    yard.call()
    before = yard.at()
    yard.call()
    assert (before, yard.at()) == ((1, 0), (1, 1))
    yard.w.done(Undo("", OFFICER, yard.numbers["b2"]))
    assert yard.at() == before
    yard.comes("w1")
    assert yard.line() == "b2 w1 b3"


def test_a_call_made_since_keeps_the_round():
    yard = Yard((T, W))
    yard.comes("b1", "b2", "b3")
    yard.call()
    yard.w.done(Call("", SECOND_OFFICER, A))
    yard.w.done(Undo("", OFFICER, yard.numbers["b1"]))
    assert yard.at() == (1, 1)


def test_who_came_in_a_round_that_was_taken_back_lets_its_next_beginning_pass():
    yard = Yard((T, W))
    yard.comes("b1", "b2", "b3", "b4", "b5")
    yard.call()
    yard.call()
    yard.comes("w1")
    yard.w.done(Undo("", OFFICER, yard.numbers["b2"]))
    assert (yard.at(), yard.joined("w1")) == ((1, 0), 1)
    assert yard.line() == "b2 b3 w1 b4 b5"


def test_who_joined_before_there_were_rounds_stands_by_the_old_rule():
    yard = Yard((T, T, W))
    yard.comes(*BOOKED, "w1")
    table = yard.w.store._content.table(type(yard.w.booking(1)))
    table[yard.numbers["w1"]] = replace(table[yard.numbers["w1"]], joined_round=None)
    yard.comes("w2")
    assert yard.line() == "b1 b2 w1 b3 b4 w2 b5 b6"
    assert yard.joined("w2") == 0


def test_an_undo_of_the_release_before_knows_no_round():
    yard = Yard((T, W))
    yard.comes("b1", "b2")
    yard.call()
    number = yard.numbers["b1"]
    table = yard.w.store._content.table(type(yard.w.booking(number)))
    step = json.loads(table[number].step)
    old = {name: part for name, part in step.items() if name not in ("round", "left_round")}
    table[number] = replace(table[number], step=json.dumps(old))
    yard.w.done(Undo("", OFFICER, number))
    assert (yard.at(), yard.line()) == ((0, 0), "b1 b2")


def test_a_shorter_cycle_begins_no_round():
    yard = Yard((T, T, T, W))
    yard.comes(*BOOKED)
    yard.call(3)
    yard.w.rules = regulations((T, W), (W,))
    yard.comes("w1")
    assert (yard.at(), yard.joined("w1")) == ((3, 0), 0)
    assert yard.line() == "b4 w1 b5 b6"


def test_a_new_rule_leaves_those_who_have_joined_as_they_joined():
    yard = Yard((T, W), ())
    yard.comes("b1", "b2", "w1")
    yard.w.rules = regulations((T, W), (W,))
    assert yard.line() == "b1 w1 b2"
    other = Yard((T, W), (W,))
    other.comes("b1", "b2", "w1")
    other.w.rules = regulations((T, W), ())
    assert other.line() == "b1 b2 w1"


@pytest.mark.parametrize("name", ["kz", "kg-dostuk"])
def test_the_shipped_rules_say_how_walk_ins_join_and_that_it_is_ours(name):
    rule = rules()[name]
    assert rule.classes[W].joins is Joins.NEXT_ROUND
    assert rule.notes["joins"].ours
    assert [c.name for c in rule.classes.values() if c.joins is Joins.NEXT_ROUND] == [W]


def test_a_crowd_of_booked_trucks_is_not_passed_by_a_walk_in_that_has_just_come():
    """As it was found: 34 booked trucks wait, and whoever walks in stands first."""
    w = World()
    numbers = [w.book(n, start=w.window(hour=9 + n % 2)) for n in range(20)]
    w.wait(hours=1)
    for number in numbers:
        w.done(Arrive("", OFFICER, number))
    for _ in range(10):
        w.done(Call("", OFFICER, A))
    walker = w.walk_in(99)
    line = w.line()
    here = waiting(present(Facts(w.store.reader), line), line, w.rules["kz"], w.now.at + HOUR)
    places = {entry.turn.number: entry.place for entry in here}
    assert places[walker] == 11, "at the end: all ten who wait are called before"
