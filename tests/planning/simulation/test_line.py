"""The simulator's line and the live product's are one order."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kezek.domain.regulation.regulation import VehicleClass
from kezek.domain.turn.order import Turn, key_of, line_up
from kezek.planning.simulation.line import (
    NOBODY,
    Line,
    begin,
    call_next,
    empty_line,
    fall_behind,
    join,
    pass_on,
)

CLASSES = tuple(VehicleClass)
WINDOW, KEEPS, NOW = 60, 120, 1_000

# Few different values, so that equal windows and equal instants are common.
WINDOWS = st.integers(8, 24).map(lambda place: place * WINDOW)
INSTANTS = st.integers(300, NOW)


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[dict[str, int | None]], tuple[VehicleClass, ...], int]:
    """Trucks as they came, a cycle that knows all classes, and a cursor from a longer cycle."""
    trucks = []
    for number in range(draw(st.integers(0, 24))):
        of = draw(st.sampled_from(CLASSES))
        start = None if of is VehicleClass.WALK_IN else draw(WINDOWS)
        arrived = draw(INSTANTS)
        missed = draw(st.none() | st.integers(max(arrived, start or 0), NOW + 500))
        trucks.append(
            {"number": number, "class": CLASSES.index(of), "start": start, "arrived": arrived}
            | {"missed": missed if missed is not None and missed <= NOW else None}
        )
    cycle = draw(st.permutations(CLASSES)) + draw(st.lists(st.sampled_from(CLASSES), max_size=5))
    return trucks, tuple(cycle), draw(st.integers(0, 40))


def turn_of(truck: dict[str, int | None]) -> Turn:
    """The turn that the live product makes of it."""
    number, of = truck["number"], CLASSES[truck["class"]]
    start, arrived, missed = truck["start"], truck["arrived"], truck["missed"]
    late = start is not None and arrived > start + WINDOW + KEEPS
    joined = missed if missed is not None else (arrived if late else None)
    key = key_of(number, start=start, arrived_at=arrived, joined_at=joined)
    return Turn(number, of, key)


def compiled(trucks, cycle, cursor: int) -> Line:
    """The same trucks in the simulator's line, event by event."""
    opens = np.array([-math.inf, *sorted({t["start"] for t in trucks if t["start"]})])
    keeps = opens + (WINDOW + KEEPS)
    keeps[0] = math.inf
    indices = np.array([CLASSES.index(of) for of in cycle], np.int64)
    line = empty_line(opens, keeps, indices, classes=len(CLASSES), trucks=len(trucks) + 1)
    begin(line, cursor)
    events = []
    for truck in trucks:
        if truck["missed"] is None:
            events.append((truck["arrived"], truck["number"], join))
        else:
            events.append((truck["missed"], truck["number"], fall_behind))
    of = [truck["class"] for truck in trucks]
    window = [int(np.searchsorted(opens, t["start"])) if t["start"] else 0 for t in trucks]
    for at, number, happens in sorted(events, key=lambda event: event[:2]):
        happens(line, number, of[number], window[number], float(at))
    return line


@given(lines())
@settings(max_examples=600, deadline=None)
def test_calling_one_by_one_in_the_simulator_is_the_order_of_the_live_line(drawn):
    trucks, cycle, cursor = drawn
    line = compiled(trucks, cycle, cursor)
    called = []
    # Windows that are not open yet begin one after the other, each when all before have been called.
    for now in [NOW, *sorted({t["start"] for t in trucks if t["start"] and t["start"] > NOW})]:
        pass_on(line, float(now))
        while (truck := call_next(line)) != NOBODY:
            called.append(truck)
    entries = line_up([turn_of(truck) for truck in trucks], cycle, cursor, NOW)
    assert called == [entry.turn.number for entry in entries]
    if entries:
        assert line.at[0] == entries[-1].cursor


@given(lines(), st.lists(st.integers(0, 6), min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_calls_between_arrivals_leave_the_same_line_behind(drawn, pauses):
    trucks, cycle, cursor = drawn
    line = compiled(trucks, cycle, cursor)
    turns = {truck["number"]: turn_of(truck) for truck in trucks}
    now = NOW
    for pause in pauses:
        now += pause * 20
        pass_on(line, float(now))
        entries = line_up(turns.values(), cycle, cursor, now)
        called = call_next(line)
        if not entries or not entries[0].open:
            assert called == NOBODY
            continue
        assert called == entries[0].turn.number
        cursor = entries[0].cursor
        del turns[called]
