"""Who may do what, and what is kept of it."""

from __future__ import annotations

import pytest

from kezek.domain.account.account import Account, ApiKey, GarageDriver, GarageVehicle, Grant, Login
from kezek.domain.account.actor import PUBLIC
from kezek.domain.account.decide import (
    AddAccount,
    CloseAccount,
    GrantRole,
    IssueKey,
    RevokeKey,
    SetPassword,
)
from kezek.domain.account.garage import GARAGE_MAX, KeepInGarage
from tests.world import ADMIN, PEOPLE, World, granted

CARRIER, RIVAL, CLERK = PEOPLE["carrier"], PEOPLE["rival"], PEOPLE["clerk"]


def truck(**changes: str) -> GarageVehicle:
    made = {"account": CARRIER.account, "plate": "tst-00001", "country": "kz", "vin": "",
            "trailer": "", "label": ""}  # fmt: skip
    return GarageVehicle(**made | changes)


def test_a_carrier_may_add_itself_and_nobody_else():
    w = World()
    number = w.done(AddAccount("", PUBLIC, " New.Firm ", "Firm", "hash", "carrier", "*"))["account"]
    assert w.store.reader.get(Login, "new.firm").account == number
    for role, place in (("officer", "kz_a"), ("administrator", "*"), ("carrier", "kz_a")):
        assert w.refused(AddAccount("", PUBLIC, "other", "", "", role, place)) == "not_allowed"


@pytest.mark.parametrize(
    "login", ["", "ab", "a b c", "x" * 65, "tab\there", "nul\0l", "\u2028abc def"]
)
def test_a_sign_in_name_can_be_typed(login):
    assert (
        World().refused(AddAccount("", ADMIN, login, "", "", "reader", "*")) == "login_impossible"
    )


@pytest.mark.parametrize(
    ("role", "place"), [("king", "*"), ("officer", ""), ("officer", "nowhere"), ("", "kz_a")]
)
def test_a_grant_names_a_role_and_a_place_that_exist(role, place):
    w = World()
    assert w.refused(AddAccount("", ADMIN, "person", "", "", role, place)) == "grant_impossible"
    assert w.refused(GrantRole("", ADMIN, CLERK.account, role, place)) == "grant_impossible"


def test_a_role_is_granted_and_withdrawn_once():
    w = World()
    w.done(GrantRole("", ADMIN, CLERK.account, "officer", "kz_b"))
    assert granted(w, "clerk") == {("clerk", "kz_a"), ("officer", "kz_b")}
    withdraw = GrantRole("", ADMIN, CLERK.account, "officer", "kz_b", withdraw=True)
    w.done(withdraw)
    assert granted(w, "clerk") == {("clerk", "kz_a")}
    assert w.refused(withdraw) == "grant_impossible"


def test_a_closed_account_loses_its_password_and_frees_its_login():
    w = World()
    w.done(CloseAccount("", ADMIN, CLERK.account))
    assert w.store.reader.get(Account, CLERK.account).password == ""
    assert w.refused(SetPassword("", ADMIN, CLERK.account, "hash")) == "account_unknown"
    assert w.refused(CloseAccount("", ADMIN, CLERK.account)) == "account_unknown"
    assert w.done(AddAccount("", ADMIN, "clerk", "", "", "clerk", "kz_a"))["account"]


def test_a_stranger_does_not_learn_which_accounts_exist():
    w = World()
    for account in (CLERK.account, 999):
        assert w.refused(SetPassword("", CARRIER, account, "hash")) == "not_allowed"
        assert w.refused(GrantRole("", CARRIER, account, "clerk", "kz_a")) == "not_allowed"


def test_the_log_knows_that_a_password_was_set_never_what_it_is():
    w = World()
    w.done(SetPassword("", CARRIER, CARRIER.account, "argon2 of something"))
    assert w.body() == {"account": CARRIER.account}


def test_a_key_never_opens_more_than_its_account():
    w = World()
    for role, place, reason in (
        ("agency", "kz", "grant_impossible"),
        ("carrier", "kz_a", None),
        ("carrier", "*", None),
    ):
        command = IssueKey("", CARRIER, CARRIER.account, "digest", "fleet", role, place, 60)
        assert getattr(w.do(command), "reason", None) == reason
    w.done(RevokeKey("", ADMIN, 1))
    assert w.store.reader.get(ApiKey, 1).revoked_at == w.now.at


# The garage.


def test_a_truck_in_the_garage_is_one_however_it_is_spelled():
    w = World()
    w.done(KeepInGarage("", CARRIER, truck()))
    w.done(KeepInGarage("", CARRIER, truck(plate="TST 00001", country="KZ", label="red")))
    (kept,) = w.store.reader.rows(GarageVehicle, CARRIER.account)
    assert (kept.country, kept.plate, kept.label) == ("KZ", "TST00001", "red")
    w.done(KeepInGarage("", CARRIER, truck(), remove=True))
    assert not w.store.reader.rows(GarageVehicle, CARRIER.account)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (truck(plate="?"), "plate_impossible"),
        (truck(trailer="?"), "plate_impossible"),
        (truck(vin="SHORT"), "vin_impossible"),
        (GarageDriver(CARRIER.account, " ", ""), "driver_missing"),
        (GarageDriver(CARRIER.account, "x" * 81, ""), "driver_missing"),
        (GarageDriver(CARRIER.account, "Invented", "call me"), "phone_impossible"),
    ],
)
def test_what_is_impossible_on_the_road_is_impossible_in_the_garage(row, reason):
    assert World().refused(KeepInGarage("", CARRIER, row)) == reason


@pytest.mark.parametrize("text", ["x" * 81, "a\0b", "two\nlines", "\ud800"])
def test_what_no_database_keeps_is_no_name_and_no_label(text):
    w = World()
    owner = CARRIER.account
    for command in (
        AddAccount("", ADMIN, "somebody", text, "", "reader", "*"),
        IssueKey("", CARRIER, owner, "digest", text, "carrier", "*", 60),
        KeepInGarage("", CARRIER, truck(label=text)),
    ):
        assert w.refused(command) == "text_impossible"


def test_a_garage_is_its_owner_s():
    w = World()
    assert w.refused(KeepInGarage("", RIVAL, truck())) == "not_allowed"
    assert w.refused(KeepInGarage("", PUBLIC, truck(account=0))) == "not_allowed"


def test_a_full_garage_can_still_be_changed():
    w = World()
    table = w.store._content.table(GarageDriver)
    for n in range(GARAGE_MAX):
        row = GarageDriver(CARRIER.account, f"Invented {n}", "")
        table[row.key] = row
    w.done(KeepInGarage("", CARRIER, GarageDriver(CARRIER.account, "Invented 7", "+77000000000")))
    new = GarageDriver(CARRIER.account, "One More", "")
    assert w.refused(KeepInGarage("", CARRIER, new)) == "garage_full"


def test_every_grant_in_the_world_is_a_row():
    assert len(World().store.reader.all(Grant)) == len(World().store.reader.all(Account))


def test_a_closed_account_keeps_nothing_of_trucks_and_drivers():
    w = World()
    for n, who in enumerate((CARRIER, RIVAL)):
        w.done(KeepInGarage("", who, GarageDriver(who.account, "Invented Driver", "+77000000001")))
        w.done(KeepInGarage("", who, GarageVehicle(who.account, f"TST0000{n}", "KZ", "", "", "")))
    w.done(CloseAccount("", ADMIN, CARRIER.account))
    late = KeepInGarage("", CARRIER, GarageDriver(CARRIER.account, "Invented Driver", ""))
    assert w.refused(late) == "account_unknown"
    for kind in (GarageDriver, GarageVehicle):
        assert w.store.reader.rows(kind, CARRIER.account) == []
        assert len(w.store.reader.rows(kind, RIVAL.account)) == 1
