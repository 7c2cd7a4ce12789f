"""A rule set with classes and pools of its own: its line runs on either database without a migration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.installation.snapshot import Whole
from kezek.app.turn.queue import Queues
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import Cancel
from kezek.domain.calendar.capacity import SetCapacity
from kezek.domain.kernel.instant import Instant
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.storage.open import open_store
from tests.app.installation.fingerprints import fingerprint
from tests.rehearsal.people.scene import fill
from tests.storage.postgres.cluster import cluster
from tests.world import PEOPLE, POSTS, TODAY, World, places_hold, vehicle
from tests.yard_rules import LINE, PLACES, RESERVED, opening, yard_rules

OFFICER, AGENCY, CARRIER = PEOPLE["xx_officer"], PEOPLE["xx_agency"], PEOPLE["carrier"]
TOMORROW = (TODAY + timedelta(days=1)).isoformat()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whole]:
    name = cluster().fresh() if request.param == "postgresql" else ""
    made = open_store(cluster().url(name) if name else f"sqlite:{tmp_path / 'kezek.db'}")
    yield made
    made.close()
    if name:
        cluster().drop(name)


@pytest.fixture
def w(store: Whole) -> World:
    fill(store, TODAY, tuple(POSTS))
    made = World(yard_rules())
    made.store = store
    made.done(opening())
    return made


def book(w: World, n: int, name: str, *, day: int = 0, hour: int = 12) -> int:
    return w.book(n, line=LINE, start=window(w, day, hour), vehicle_class=name)


def window(w: World, day: int, hour: int) -> Instant:
    return w.window(LINE, day=day, hour=hour)


def waiting(w: World) -> list[str]:
    """The classes of those who wait, in the order of the line."""
    watch = ChangeFeed()
    served = Network(w.store, w.rules, watch).of_line(LINE)
    assert served is not None
    return [one.seen.vehicle_class for one in Queues(w.store, watch).of(served, w.now.at).waiting]


def test_a_line_with_new_classes_lives_a_day_and_its_log_tells_the_rows(w: World):
    day = w.day(LINE)
    assert (day.capacity, day.kept, day.reserved) == (PLACES, 25, RESERVED)
    names = ["empty_trucks", "empty_trucks", "live_animals", "buses"]
    numbers = [book(w, n, name) for n, name in enumerate(names)]
    assert w.day(LINE).taken == {"empty_trucks": 2, "live_animals": 1, "buses": 1}

    w.until(window(w, 0, 12))
    for number in numbers:
        w.done(Arrive(w.key(), OFFICER, number))
    w.done(WalkIn(w.key(), OFFICER, LINE, vehicle(20)))
    assert w.day(LINE).taken["unannounced"] == 1
    cycle = ["live_animals", "empty_trucks", "buses", "unannounced", "empty_trucks"]
    assert waiting(w) == cycle
    for name in cycle:
        called = w.done(Call(w.key(), OFFICER, LINE))["number"]
        assert w.booking(called).vehicle_class == name
        w.done(Admit(w.key(), OFFICER, called))
        w.done(Cross(w.key(), OFFICER, called))
    assert waiting(w) == []
    places_hold(w)
    assert fingerprint(w.store).broken == []


def test_pools_of_their_own_fill_up_give_back_and_shrink_with_the_day(w: World):
    buses = [book(w, n, "buses", day=1, hour=n) for n in range(5)]
    refused = w.book_command(9, line=LINE, start=window(w, 1, 9), vehicle_class="buses")
    assert w.refused(refused) == "class_full"
    other = w.book_command(10, line=LINE, start=window(w, 1, 9), vehicle_class="in_turn")
    assert w.refused(other) == "class_unknown"
    for n in range(20):
        book(w, 20 + n, "live_animals", day=1, hour=10 + n // 4)
    assert w.left(LINE, 1, "stable") == w.left(LINE, 1, "convoy") == 0
    assert w.left(LINE, 1, "open") == PLACES - 25

    w.done(Cancel(w.key(), CARRIER, buses[0]))
    assert (w.day(LINE, 1).protected, w.left(LINE, 1, "convoy")) == ({"convoy": 1}, 0)
    w.wait(hours=2)
    w.tick()
    assert (w.day(LINE, 1).protected, w.left(LINE, 1, "convoy")) == ({}, 1)

    for capacity in (12, 0, 7, PLACES):
        w.done(SetCapacity(w.key(), AGENCY, LINE, TOMORROW, capacity, "works"))
        places_hold(w)
    assert any(row.displaced_at for row in w.store.reader.all(Booking))
    assert w.day(LINE, 1).reserved == RESERVED
    assert fingerprint(w.store).broken == []
