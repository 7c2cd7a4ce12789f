"""The twin and a scenario take whatever classes a rule set has."""

from __future__ import annotations

from dataclasses import replace

from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.turn.line_state import state_of
from kezek.app.turn.queue import Queues
from kezek.domain.turn.arrive import Arrive
from kezek.planning.forecast.twin import forecast
from tests.planning.forecast.test_twin import a_line
from tests.world import PEOPLE, World
from tests.yard_rules import LINE, opening, yard_rules


def test_the_twin_forecasts_each_class_of_a_line_with_new_ones():
    w, known = World(yard_rules()), a_line()
    w.done(opening())
    start = w.window(LINE, hour=12)
    for n, name in enumerate(("live_animals", "empty_trucks", "buses")):
        number = w.book(n, line=LINE, start=start, vehicle_class=name)
        w.until(start - 60_000)
        w.done(Arrive(w.key(), PEOPLE["xx_officer"], number))
    watch = ChangeFeed()
    served = Network(w.store, w.rules, watch).of_line(LINE)
    queue = Queues(w.store, watch).of(served, w.now.at)
    state = state_of(w.store.reader, served, queue, known.measured, 1)
    assert (state.ordinary, state.walk_in) == ("empty_trucks", "unannounced")
    # What was measured is another line's, and of its own time.
    told = forecast(replace(state, now=known.now, hours=known.hours, asked=known.asked))
    assert {one.vehicle_class for one in told.joins} == set(state.interleave)
    assert {one.number for one in told.trucks} == {one.number for one in state.waiting}
