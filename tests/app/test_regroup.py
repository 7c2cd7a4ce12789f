"""Hours proposed for bookings that lost theirs."""

from __future__ import annotations

from kezek.app.availability import Availability
from kezek.app.checkpoint import Network
from kezek.app.queue import Queues
from kezek.app.regroup import proposals
from kezek.app.ticket import Tickets
from kezek.app.watch import Watch
from kezek.domain.booking.change import Move
from tests.world import PEOPLE, World


def test_together_they_take_no_place_twice_and_the_desk_agrees():
    w = World()
    numbers = [w.book(n, start=w.window(day=1, hour=12)) for n in range(1, 8)]
    watch = Watch()
    network = Network(w.store, w.rules, watch)
    tickets = Tickets(w.store, network, Queues(w.store, watch))
    availability = Availability(w.store, watch)
    views = tickets.views(numbers, w.now.at)
    found = proposals(views, lambda post: availability.of(post, w.now.at), w.now.at)
    assert [one.view.booking.number for one in found] == numbers
    starts = [one.start for one in found]
    assert starts == sorted(starts)
    for one in found:
        assert one.start in one.choices
        w.done(Move(w.key(), PEOPLE["carrier"], one.view.booking.number, one.start))


def test_where_nothing_is_free_nothing_is_proposed():
    w = World()
    network = Network(w.store, w.rules, Watch())
    tickets = Tickets(w.store, network, Queues(w.store, Watch()))
    (found,) = proposals(tickets.views([w.book(1)], w.now.at), lambda _post: None, w.now.at)
    assert (found.start, found.choices) == (None, ())
