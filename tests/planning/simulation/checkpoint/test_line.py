"""The simulator's line and the live product's are one order."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kezek.domain.regulation.regulation import Joins
from kezek.domain.turn.joining import round_to_pass
from kezek.domain.turn.order import Turn, key_of, line_up
from kezek.planning.simulation.checkpoint.line import (
    CURSOR,
    NO_ROUND,
    NOBODY,
    CompiledLine,
    begin,
    call_next,
    empty_line,
    fall_behind,
    join,
    pass_on,
)
from kezek.planning.simulation.checkpoint.line import ROUND as IN_ROUND
from kezek.planning.simulation.checkpoint.line import round_to_pass as compiled_round

CLASSES = ("ordinary", "perishable", "mail", "paid", "unbooked")
WINDOW, KEEPS, NOW = 60, 120, 1_000
ROUND = 5
# What a regulation may say of each class: that it joins at once, or in the next round.
RULES = {
    waits: [SimpleNamespace(name=of, joins=how) for of in CLASSES]
    for waits, how in ((False, Joins.AT_ONCE), (True, Joins.NEXT_ROUND))
}

# Few different values, so that equal windows and equal instants are common.
WINDOWS = st.integers(8, 24).map(lambda place: place * WINDOW)
INSTANTS = st.integers(300, NOW)


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[dict[str, int | None]], tuple[str, ...], int]:
    """Trucks as they came, a cycle that knows all classes, and a cursor from a longer cycle."""
    trucks = []
    for number in range(draw(st.integers(0, 24))):
        of = draw(st.sampled_from(CLASSES))
        start = None if of == "unbooked" else draw(WINDOWS)
        arrived = draw(INSTANTS)
        missed = draw(st.none() | st.integers(max(arrived, start or 0), NOW + 500))
        # Who has missed a call has joined before.
        joined = draw(st.none() | st.integers(ROUND - 1, ROUND + 2))
        trucks.append(
            {"number": number, "class": CLASSES.index(of), "start": start, "arrived": arrived}
            | {"missed": missed if missed is not None and missed <= NOW else None}
            | {"joined": joined}
        )
    cycle = draw(st.permutations(CLASSES)) + draw(st.lists(st.sampled_from(CLASSES), max_size=5))
    return trucks, tuple(cycle), draw(st.integers(0, 40))


WAITING_CLASSES = st.lists(st.booleans(), min_size=len(CLASSES), max_size=len(CLASSES))


def turn_of(truck: dict[str, int | None]) -> Turn:
    """The turn that the live product makes of it."""
    number, of = truck["number"], CLASSES[truck["class"]]
    start, arrived, missed = truck["start"], truck["arrived"], truck["missed"]
    late = start is not None and arrived > start + WINDOW + KEEPS
    joined = missed if missed is not None else (arrived if late else None)
    key = key_of(number, start=start, arrived_at=arrived, joined_at=joined)
    return Turn(number, of, key, truck["joined"])


def compiled(trucks, cycle, cursor: int, next_round) -> tuple[CompiledLine, list[Turn]]:
    """The same trucks in the simulator's line and in the live one, event by event."""
    opens = np.array([-math.inf, *sorted({t["start"] for t in trucks if t["start"]})])
    keeps = opens + (WINDOW + KEEPS)
    keeps[0] = math.inf
    indices = np.array([CLASSES.index(of) for of in cycle], np.int64)
    line = empty_line(opens, keeps, indices, next_round=next_round, trucks=len(trucks) + 1)
    begin(line, cursor, ROUND)
    happens = sorted(
        (truck["arrived"] if truck["missed"] is None else truck["missed"], truck["number"])
        for truck in trucks
    )
    turns: list[Turn] = []
    for at, number in happens:
        truck = trucks[number]
        of, start = truck["class"], truck["start"]
        window = int(np.searchsorted(opens, start)) if start else 0
        if truck["missed"] is None:
            entries = line_up(turns, cycle, cursor, at, in_round=ROUND)
            truck["joined"] = round_to_pass(entries, RULES[next_round[of]][of], ROUND)
            join(line, number, of, window, float(at))
            told = NO_ROUND if truck["joined"] is None else truck["joined"]
            assert line.joined[number] == told
        else:
            line.joined[number] = NO_ROUND if truck["joined"] is None else truck["joined"]
            fall_behind(line, number, of, window, float(at))
        turns.append(turn_of(truck))
    return line, turns


@given(lines(), WAITING_CLASSES)
@settings(max_examples=600, deadline=None)
def test_calling_one_by_one_in_the_simulator_is_the_order_of_the_live_line(drawn, next_round):
    trucks, cycle, cursor = drawn
    line, turns = compiled(trucks, cycle, cursor, next_round)
    called = []
    # Windows that are not open yet begin one after the other, each when all before have been called.
    for now in [NOW, *sorted({t["start"] for t in trucks if t["start"] and t["start"] > NOW})]:
        pass_on(line, float(now))
        while (truck := call_next(line)) != NOBODY:
            called.append(truck)
    entries = line_up(turns, cycle, cursor, NOW, in_round=ROUND)
    assert called == [entry.turn.number for entry in entries]
    if entries:
        last = entries[-1]
        assert (line.at[CURSOR], line.at[IN_ROUND]) == (last.cursor, last.in_round)


@given(lines(), WAITING_CLASSES, st.lists(st.integers(0, 6), min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_calls_between_arrivals_leave_the_same_line_behind(drawn, next_round, pauses):
    trucks, cycle, cursor = drawn
    line, standing = compiled(trucks, cycle, cursor, next_round)
    turns = {turn.number: turn for turn in standing}
    now, in_round = NOW, ROUND
    for pause in pauses:
        now += pause * 20
        pass_on(line, float(now))
        entries = line_up(turns.values(), cycle, cursor, now, in_round=in_round)
        for of, name in enumerate(CLASSES):
            lets_pass = round_to_pass(entries, RULES[True][of], in_round)
            assert compiled_round(line, of) == (NO_ROUND if lets_pass is None else lets_pass), name
        called = call_next(line)
        if not entries or not entries[0].open:
            assert called == NOBODY
            continue
        assert called == entries[0].turn.number
        cursor, in_round = entries[0].cursor, entries[0].in_round
        del turns[called]
