"""What a server asks about its promises: every store counts the same breaches, none where none is."""

from __future__ import annotations

import pytest

from kezek.app.installation.census import CheckMarks, PromiseQuery
from kezek.app.installation.snapshot import Whole
from kezek.domain.account.account import Account, Login
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Counter, Row
from kezek.storage.migrations.head import HEAD
from tests.storage.rows import LINE, booking, claim, driver, event, particulars, save, slot

HOUR = 3_600_000
SOUND: list[Row] = [
    Line(LINE, "kz_a", "exit", "kz", "kz", "Asia/Almaty", "ours", 0),
    Counter("booking", 2),
    booking(1),
    booking(2),
    slot(HOUR, taken=1),
    slot(2 * HOUR, taken=1),
    *(particulars(n) for n in (1, 2)),
    *(claim(n, f"KZ TST{n:04d}") for n in (1, 2)),
    driver(1),
    Account(1, "one", "", "hash", simulated=False, added_at=1, closed_at=None),
    Login("one", 1),
]

ENDED = {"ended_at": 9, "outcome": "crossed", "look_at": None}
# What is planted, the count that sees it, and how much of it there is.
BREACHES: dict[str, tuple[list[Row], PromiseQuery, int]] = {
    "more live bookings than taken": ([slot(HOUR)], PromiseQuery.OVERBOOKED_SLOTS, 1),
    "one plate twice": (
        [particulars(2, plate="TST0001")],
        PromiseQuery.DOUBLE_BOOKED_VEHICLES,
        1,
    ),
    "one VIN twice": (
        [particulars(2, vin=particulars(1).vin)],
        PromiseQuery.DOUBLE_BOOKED_VEHICLES,
        1,
    ),
    "a claim of nobody": ([claim(9, "KZ TST0009")], PromiseQuery.STRAY_CLAIMS, 1),
    "a booking without its claim": (
        [Counter("booking", 3), booking(3), slot(3 * HOUR, taken=1), particulars(3)],
        PromiseQuery.STRAY_CLAIMS,
        1,
    ),
    "called before it arrived": (
        [booking(1, arrived_at=2_000, called_at=1_500, call_until=1_600)],
        PromiseQuery.DISORDERED_BOOKINGS,
        1,
    ),
    "called without arriving": (
        [booking(1, called_at=1_500, call_until=1_600)],
        PromiseQuery.DISORDERED_BOOKINGS,
        1,
    ),
    "admitted without a call": (
        [booking(1, arrived_at=2_000, admitted_at=2_001)],
        PromiseQuery.DISORDERED_BOOKINGS,
        1,
    ),
    "out of turn without a cause": (
        [booking(1, exception="approved")],
        PromiseQuery.DISORDERED_BOOKINGS,
        1,
    ),
    "a window that is not there": ([booking(1, start=99 * HOUR)], PromiseQuery.LOST_BOOKINGS, 1),
    "a booking nowhere": ([booking(1, start=None)], PromiseQuery.LOST_BOOKINGS, 1),
    "numbers without bookings": ([Counter("booking", 5)], PromiseQuery.LOST_BOOKINGS, 3),
    "particulars that should be gone": (
        [booking(2, **ENDED)],
        PromiseQuery.OVERDUE_PARTICULARS,
        1,
    ),
    "a driver of nobody": ([driver(7)], PromiseQuery.ORPHANED_DRIVERS, 1),
    "a closed account with a login": (
        [Account(1, "one", "", "", simulated=False, added_at=1, closed_at=2)],
        PromiseQuery.MISUSED_ACCOUNTS,
        1,
    ),
    "an exception that waits": (
        [booking(1, exception="awaiting", exception_cause="medical")],
        PromiseQuery.AWAITING_EXCEPTIONS,
        1,
    ),
}
ZERO = [
    one for one in PromiseQuery if one not in (PromiseQuery.NUMBERED, PromiseQuery.SCHEMA_STEPS)
]
MARKS = CheckMarks(day="2027-01-01")


def answers(store: Whole, marks: CheckMarks = MARKS) -> dict[PromiseQuery, int]:
    with store.snapshot() as snapshot:
        return {census: snapshot.counted(census, marks) for census in PromiseQuery}


def test_a_sound_store_has_no_breach(store: Whole):
    save(store, SOUND, [event(1), event(2)])
    told = answers(store)
    assert {census: told[census] for census in ZERO} == dict.fromkeys(ZERO, 0)
    assert told[PromiseQuery.NUMBERED] == 2
    assert told[PromiseQuery.SCHEMA_STEPS] == int(HEAD)
    told = answers(store, CheckMarks(position=2, number=2, day="2026-01-01"))
    assert {census: told[census] for census in ZERO} == dict.fromkeys(ZERO, 0)


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_counted(store: Whole, name: str):
    planted, census, count = BREACHES[name]
    save(store, SOUND, [event(1), event(2)])
    # The last fence would keep some of these out, were the rows not put in by hand.
    save(store, planted)
    assert answers(store)[census] == count


def test_what_is_missing_from_the_log_is_counted_from_a_mark(store: Whole):
    save(store, SOUND, [event(1), event(2)])
    told = answers(store, CheckMarks(position=5, number=9))
    assert told[PromiseQuery.MISSING_EVENTS] == 2 - 5
    assert told[PromiseQuery.LOST_BOOKINGS] == 2 - 9
