"""A carrier's own vehicles and trucks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from kezek.app.account.roster import keys_of, names_of, roster
from kezek.app.booking.garage import drivers, fleet, lines_of, parked
from kezek.app.booking.ticket import Tickets
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.turn.queue import Queues
from kezek.domain.account.account import GarageDriver, GarageVehicle
from kezek.domain.account.decide import CloseAccount, IssueKey, RevokeKey
from kezek.domain.account.garage import KeepInGarage
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import Cancel
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from tests.world import ADMIN, PEOPLE, A, World, vehicle

CARRIER = PEOPLE["carrier"]


@pytest.fixture
def w() -> World:
    return World()


def keep(w: World, n: int) -> None:
    truck = vehicle(n)
    row = GarageVehicle(CARRIER.account, truck.plate, truck.country, truck.vin, "", "")
    w.done(KeepInGarage(w.key(), CARRIER, row))


def test_each_vehicle_says_who_claims_it(w):
    for n in (1, 2, 3):
        keep(w, n)
    own = w.book(1)
    w.book(2, who="rival")
    found = {
        p.vehicle.plate: (p.own, p.taken)
        for p in parked(w.store.reader, CARRIER.account, ["kz", "kg"])
    }
    assert found == {"TST00001": (own, False), "TST00002": (None, True), "TST00003": (None, False)}


def test_drivers_come_by_name(w):
    for name in ("B", "A"):
        w.done(KeepInGarage(w.key(), CARRIER, GarageDriver(CARRIER.account, name, "")))
    assert [d.name for d in drivers(w.store.reader, CARRIER.account)] == ["A", "B"]


def test_the_fleet_shows_what_needs_somebody_first(w):
    tickets = Tickets(
        w.store, net := Network(w.store, w.rules, ChangeFeed()), Queues(w.store, ChangeFeed())
    )
    assert net.posts()
    late = w.book(1, start=w.window(hour=9))
    here = w.book(2, start=w.window(hour=10))
    later = w.book(3, start=w.window(hour=20))
    gone = w.book(4, start=w.window(hour=21))
    next_day = w.book(5, start=w.window(day=1, hour=3))
    w.book(6, who="rival")
    w.done(Cancel(w.key(), CARRIER, gone))
    w.until(w.window(hour=10))
    w.done(Arrive(w.key(), PEOPLE["officer"], here))
    w.done(Call(w.key(), PEOPLE["officer"], A))
    own = fleet(w.store.reader, tickets, CARRIER.account, w.now.at)
    assert [v.booking.number for v in own.today] == [here, late, later, gone]
    assert [v.booking.number for v in own.coming] == [next_day]
    w.wait(hours=24)
    w.tick()
    old = fleet(w.store.reader, tickets, CARRIER.account, w.now.at)
    assert gone not in [v.booking.number for v in (*old.today, *old.coming)]


@pytest.fixture
def tickets(w) -> Tickets:
    return Tickets(w.store, Network(w.store, w.rules, ChangeFeed()), Queues(w.store, ChangeFeed()))


def test_a_live_booking_is_shown_however_long_ago_it_was_made(w, tickets):
    number = w.book(1)
    table = w.store._content.table(Booking)
    table[number] = replace(table[number], confirmed_at=w.now.at - 300 * 24 * 3_600_000)
    own = fleet(w.store.reader, tickets, CARRIER.account, w.now.at)
    assert [v.booking.number for v in (*own.today, *own.coming)] == [number]
    assert lines_of(w.store.reader, CARRIER.account, w.now.at) == {A}


def test_a_fleet_is_read_in_as_many_questions_as_one_truck(w, tickets, monkeypatch):
    def asked() -> Counter[str]:
        found: Counter[str] = Counter()
        reader = w.store.reader
        for name in ("get", "rows", "rows_of", "many", "held_since", "ahead"):
            ask = getattr(type(reader), name)

            def counted(*args: object, name: str = name, ask=ask) -> object:
                found[name] += 1
                return ask(*args)

            monkeypatch.setattr(type(reader), name, counted)
        fleet(reader, tickets, CARRIER.account, w.now.at)
        monkeypatch.undo()
        return found

    w.book(1)
    one = asked()
    for n in range(2, 8):
        w.book(n)
    assert asked() == one


def test_the_roster_lists_the_closed_last(w):
    w.done(CloseAccount(w.key(), ADMIN, PEOPLE["clerk"].account))
    found = roster(w.store.reader).members
    assert found[-1].account.id == PEOPLE["clerk"].account
    assert [(g.role, g.place) for g in found[0].grants] == [("administrator", "*")]
    assert names_of(w.store.reader, {1, 999}) == {1: "Admin"}


def test_keys_are_of_their_account_and_open_ones_come_first(w):
    ids = [
        w.done(IssueKey(w.key(), who, who.account, "d" * 64 + str(n), "tms", "carrier", "*", 60))[
            "id"
        ]
        for n, who in enumerate((CARRIER, CARRIER, PEOPLE["rival"]))
    ]
    w.done(RevokeKey(w.key(), CARRIER, ids[1]))
    assert [k.id for k in keys_of(w.store.reader, CARRIER.account)] == [ids[0], ids[1]]
    assert [k.id for k in keys_of(w.store.reader, None)] == [ids[2], ids[0], ids[1]]
