"""By which instant each field of a rule set is chosen."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from kezek.app.regulation.version_file import shipped_regulations
from kezek.domain.kernel.instant import HOUR, day_start
from kezek.domain.regulation.regulation import (
    CHOSEN_BY,
    ChosenBy,
    ClassRule,
    Regulation,
    VersionStatus,
)
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.regulation.version import RuleSet

KZ = shipped_regulations()["kz"]
ZONE = "Asia/Almaty"
DECREE = replace(
    KZ,
    effective_on="2027-01-01",
    no_show_after=HOUR,
    call_for=7,
    window=2 * HOUR,
    classes={
        name: replace(rule, fee_units=9, cap_places=3, cap_percent=None)
        for name, rule in KZ.classes.items()
    },
)
BEGIN = day_start(date(2027, 1, 1), ZONE)
BEFORE, AFTER = BEGIN - 1, BEGIN


def given(rules: RuleSet, *, now: int, booked: int, window: int) -> dict[str, bool]:
    """Whether each field is the decree's."""
    found = rules.at(ZONE, now, booked=booked, window=window)
    own = {
        name: getattr(found, name) == getattr(DECREE, name)
        for name in ("no_show_after", "call_for", "window")
    }
    one = found.classes["in_turn"]
    return own | {"fee_units": one.fee_units == 9, "cap_places": one.cap_places == 3}


@pytest.mark.parametrize(
    "field", ["no_show_after", "call_for", "window", "fee_units", "cap_places"]
)
def test_a_field_follows_its_own_instant_and_no_other(field):
    rules = RuleSet([DECREE, KZ])
    by = {ChosenBy.NOW: "now", ChosenBy.BOOKING: "booked", ChosenBy.WINDOW: "window"}
    for name in by.values():
        instants = {"now": BEFORE, "booked": BEFORE, "window": BEFORE} | {name: AFTER}
        assert given(rules, **instants)[field] is (by[CHOSEN_BY[field]] == name)


def test_a_decree_may_name_another_instant_for_a_field():
    decree = replace(DECREE, transition={"no_show_after": ChosenBy.NOW})
    found = given(RuleSet([KZ, decree]), now=AFTER, booked=BEFORE, window=BEFORE)
    assert found["no_show_after"]
    assert not found["fee_units"]


def test_windows_may_be_cut_from_a_later_day_on():
    rules = RuleSet([KZ, replace(DECREE, windows_from="2027-02-01")])
    assert not given(rules, now=AFTER, booked=AFTER, window=AFTER)["window"]
    later = day_start(date(2027, 2, 1), ZONE)
    assert given(rules, now=AFTER, booked=AFTER, window=later)["window"]


def test_the_day_begins_at_the_midnight_of_the_line():
    rules = RuleSet([KZ, DECREE])
    assert rules.at("Europe/Warsaw", BEGIN).call_for == KZ.call_for
    assert rules.changes_after(ZONE, BEFORE) == BEGIN
    assert rules.changes_after(ZONE, AFTER) is None


def test_a_rule_set_of_one_version_is_that_version():
    assert RuleSet([KZ]).at(ZONE, 0, booked=1, window=2) is KZ


def test_the_version_in_force_that_takes_effect_last_names_a_class():
    def labelled(version, label, **more):
        rule = replace(version.classes["in_turn"], labels={"en": label})
        return replace(version, classes=version.classes | {"in_turn": rule}, **more)

    versions = [labelled(KZ, "old"), labelled(DECREE, "new")]
    draft = labelled(DECREE, "draft", status=VersionStatus.DRAFT, effective_on="2028-01-01")
    for order in ([*versions, draft], [draft, *reversed(versions)]):
        assert Regulations({}, versions=order).labels["in_turn"] == {"en": "new"}
    assert Regulations({}, versions=[draft, KZ]).labels["in_turn"] == {"en": "draft"}


def test_every_field_says_by_which_instant_it_is_chosen():
    told = {"id", "authority", "country", "title", "effective_on", "sources", "notes", "status"}
    told |= {"system", "classes", "until", "windows_from", "transition"}
    of_class = {field.name for field in fields(ClassRule)} - {"name", "note", "labels"}
    assert CHOSEN_BY.keys() == ({field.name for field in fields(Regulation)} - told) | of_class
