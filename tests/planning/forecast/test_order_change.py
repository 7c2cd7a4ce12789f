"""A decree inside the forecast's hours changes the order of the line and the limits at its instant."""

from __future__ import annotations

from dataclasses import replace

from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.planning.forecast.twin import forecast
from kezek.planning.question import Expected, LineForecast, LineState, OrderChange, TwinWaiting
from tests.planning.forecast.test_twin import NOW, a_line

# Priority trucks are called before all others, then after all others.
FIRST, LAST = ("priority", *["in_turn"] * 2), ("in_turn",) * 40 + ("priority",)
DECREE = NOW + 2 * HOUR


def mixed(**changes: object) -> LineState:
    """Forty trucks of either class, called every three minutes: for four hours."""
    waiting = tuple(
        TwinWaiting(n, name, (NOW - 5 * HOUR, 0, NOW - 5 * HOUR + n, n))
        for n, name in enumerate(("priority", "in_turn") * 40, 1)
    )
    return replace(a_line(waiting=0), waiting=waiting, expected=(), interleave=FIRST, **changes)


def middle(told: LineForecast, number: int) -> int:
    truck = next(one for one in told.trucks if one.number == number)
    assert truck.called is not None
    return truck.called.at[3]


def test_the_order_changes_inside_the_run():
    """Who is called before the decree is told the same with it; behind it the order is its own."""
    change = OrderChange(DECREE, LAST, ())
    plain, decreed = forecast(mixed()), forecast(mixed(changes=(change,)))
    both = [(middle(plain, n), middle(decreed, n)) for n in range(1, 81)]
    early = [pair for pair in both if max(pair) < DECREE - 30 * MINUTE]
    assert len(early) > 20
    assert all(was == now for was, now in early)
    # A priority truck that is due just then goes behind all that are left in turn.
    assert middle(decreed, 31) > middle(plain, 31) + 15 * MINUTE
    assert middle(decreed, 80) < middle(plain, 80)


def test_a_change_behind_the_horizon_and_one_that_is_none_change_nothing():
    plain = forecast(mixed())
    assert forecast(mixed(changes=(OrderChange(NOW + 90 * HOUR, LAST, ()),))) == plain
    assert forecast(mixed(changes=(OrderChange(DECREE, FIRST, ()),))) == plain


def test_of_several_changes_each_counts_from_its_own_instant():
    """A cycle that is longer, and the first again: between them alone the order is another."""
    back = (OrderChange(DECREE, LAST, ()), OrderChange(DECREE + 1, FIRST, ()))
    told, plain = forecast(mixed(changes=back)), forecast(mixed())
    late = [abs(middle(told, n) - middle(plain, n)) for n in range(1, 81)]
    assert max(late) < 30 * MINUTE


def test_a_class_may_come_with_the_decree():
    told = forecast(mixed(changes=(OrderChange(DECREE, (*LAST, "buses"), ("buses",)),)))
    assert {join.vehicle_class for join in told.joins} == {"priority", "in_turn"}


def test_a_truck_keeps_its_place_and_comes_as_long_as_its_own_promise_says():
    """Two bookings of one window, of which one was made under a shorter rule."""
    late = tuple((60 + n % 120) * MINUTE for n in range(200))
    start = NOW - 2 * HOUR
    long, short = Expected(1, "in_turn", start), Expected(2, "in_turn", start, lapses_at=NOW)
    state = a_line(expected=(long, short), no_show_after=4 * HOUR)
    state = replace(state, measured=replace(state.measured, early=late))
    told = {one.number for one in forecast(replace(state, waiting=())).trucks}
    assert 1 in told
    assert 2 not in told


def test_whoever_arrives_late_falls_behind_by_its_own_promise():
    early = (3 * HOUR + 30 * MINUTE,) * 50
    start = NOW - 3 * HOUR
    kept = Expected(1, "in_turn", start, keeps_until=NOW + 2 * HOUR)
    lost = Expected(2, "in_turn", start, keeps_until=NOW)
    state = a_line(waiting=0, expected=(kept, lost), no_show_after=20 * HOUR)
    waiting = tuple(
        TwinWaiting(n, "in_turn", (start + HOUR, 0, NOW - HOUR + n, n)) for n in range(10, 60)
    )
    state = replace(state, waiting=waiting, measured=replace(state.measured, early=early))
    told = forecast(state)
    assert middle(told, 1) < middle(told, 2) - HOUR
