"""When the plate alone does not say which truck this is, a VIN is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.app.desk.batch import Done
from kezek.domain.account.account import Account
from kezek.domain.account.actor import PUBLIC, Actor, Role
from kezek.domain.account.decide import AddAccount, ConfirmCarrier
from kezek.domain.booking.booking import Particulars
from kezek.domain.kernel.refusal import Refused
from kezek.domain.turn.arrive import WalkIn
from tests.world import PEOPLE, A, B, World, vehicle

CARRIER, OFFICER = PEOPLE["carrier"], PEOPLE["officer"]


def asked(w: World, n: int = 1, **how: object) -> Done | Refused:
    return w.do(w.book_command(n, **{"vin": "", **how}))


@pytest.mark.parametrize(
    "spelling",
    ["7O1AAA02", "7о1 ааа 02", "70IAAA02", "KZ 701 AAA 02", "701AAA02KZ", "701 AAA 2", "0701AAA02"],
)
def test_a_spelling_of_a_booked_plate_is_the_booked_truck(spelling):
    w = World()
    w.book(1, plate="701AAA02", vin="")
    answer = asked(w, line=B, plate=spelling)
    assert (answer.reason, answer.facts["by"]) == ("vehicle_booked", "plate")
    walk_in = WalkIn(w.key(), OFFICER, A, vehicle(1, plate=spelling, vin=""))
    assert w.refused(walk_in) == "vehicle_booked"


def test_what_was_typed_is_kept_beside_the_plate_that_was_read():
    w = World()
    number = w.book(1, plate="KZ 7O1 AAA 02", vin="")
    who = w.store.reader.get(Particulars, number)
    assert (who.plate, who.typed) == ("701AAA02", "KZ7O1AAA02")
    other = w.book(2, plate="702AAA02", vin="")
    assert w.store.reader.get(Particulars, other).typed == ""
    w.check()


@pytest.mark.parametrize(
    ("plate", "why"), [("XYZ", "plate_none"), ("701AAA99", "plate_none"), ("A12345", "plate_none")]
)
def test_a_plate_that_nobody_can_read_needs_a_vin(plate, why):
    w = World()
    answer = asked(w, plate=plate)
    assert (answer.reason, answer.facts["wrong"]) == ("vin_missing", why)
    assert isinstance(asked(w, plate=plate, vin="TESTTRUCK00000001"), Done)


def test_a_plate_of_several_readings_needs_a_vin():
    answer = asked(World(), country="BY", plate="A12345")
    assert (answer.reason, answer.facts["wrong"]) == ("vin_missing", "plate_several")


def test_an_officer_and_a_clerk_may_record_a_truck_without_one():
    w = World()
    assert isinstance(asked(w, 1, plate="XYZ1", who="clerk"), Done)
    assert isinstance(asked(w, 2, plate="XYZ2", who="officer"), Done)
    w.done(WalkIn(w.key(), OFFICER, A, vehicle(3, plate="XYZ3", vin="")))
    assert asked(w, 4, plate="XYZ4", who="agency").reason == "vin_missing"


def test_a_spelling_of_two_countries_is_two_trucks():
    w = World()
    w.book(1, plate="H123402", vin="")
    answer = asked(w, country="TJ", plate="H123402")
    assert (answer.reason, answer.facts["wrong"]) == ("vin_missing", "plate_shared")
    assert isinstance(asked(w, country="TJ", plate="H123402", vin="TESTTRUCK00000009"), Done)
    w.check()


def test_the_namesake_of_the_same_batch_counts():
    w = World()
    one = w.book_command(1, plate="H123402", vin="")
    other = w.book_command(2, plate="H123402", vin="", country="TJ")
    answers = w.run([one, other]).answers
    assert isinstance(answers[0], Done)
    assert answers[1].reason == "vin_missing"


def test_a_country_of_which_no_format_is_known_is_believed():
    w = World()
    assert isinstance(asked(w, 1, country="DE", plate="M-AB 1234"), Done)
    assert isinstance(asked(w, 2, country="TR", plate="34 AB 1234"), Done)


def test_another_country_does_not_make_another_truck():
    w = World()
    abroad = asked(w, country="TR", plate="701AAA02")
    assert abroad.facts["wrong"] == "plate_abroad"
    w.book(1, plate="701AAA02", vin="")
    assert asked(w, country="MN", plate="7O1AAA02").facts["wrong"] == "plate_shared"
    assert asked(w, country="RU", plate="701AAA02").facts["wrong"] == "plate_none"


def test_a_namesake_whose_time_is_over_asks_for_nothing():
    w = World()
    number = w.book(1, plate="H123402", vin="")
    w.until(w.booking(number).look_at)
    assert isinstance(asked(w, country="TJ", plate="H123402", start=w.window(day=3)), Done)
    assert w.status(number) == "no_show"


# New carriers.


def newcomer(w: World, most: int = 3) -> Actor:
    made = w.done(AddAccount(w.key(), PUBLIC, "new.firm", "Firm", "hash", "carrier", "*"))
    return Actor(made["account"], "new", frozenset({(Role.CARRIER, "*")}), unconfirmed_max=most)


def test_a_carrier_that_nobody_has_confirmed_holds_a_few_live_bookings():
    w = World()
    who = newcomer(w)
    commands = [replace(w.book_command(n), actor=who) for n in range(1, 6)]
    reasons = [getattr(answer, "reason", "") for answer in w.run(commands).answers]
    assert reasons == ["", "", "", "unconfirmed_live", "unconfirmed_live"]
    again = replace(w.book_command(6), actor=who)
    answer = w.do(again)
    assert (answer.reason, answer.facts["most"]) == ("unconfirmed_live", 3)
    w.done(ConfirmCarrier(w.key(), PEOPLE["agency"], who.account))
    # What the edge still believes does no harm: the row decides.
    assert isinstance(w.do(again), Done)
    w.check()


def test_an_agency_or_an_administrator_confirms_a_carrier_once():
    w = World()
    who = newcomer(w)
    for other in ("officer", "carrier", "public", "clerk"):
        command = ConfirmCarrier(w.key(), PEOPLE[other], who.account)
        assert w.refused(command) == "not_allowed"
    w.done(ConfirmCarrier(w.key(), PEOPLE["kg_agency"], who.account))
    assert w.store.reader.get(Account, who.account).confirmed_at == w.now.at
    assert w.store.reader.last_event().kind == "carrier_confirmed"
    again = ConfirmCarrier(w.key(), PEOPLE["admin"], who.account)
    assert w.refused(again) == "nothing_to_confirm"
    assert w.refused(ConfirmCarrier(w.key(), PEOPLE["admin"], 999)) == "account_unknown"


def test_whom_an_administrator_adds_is_confirmed():
    w = World()
    account = w.store.reader.get(Account, CARRIER.account)
    assert account.confirmed_at is not None
