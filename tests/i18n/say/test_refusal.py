"""Every refusal and every fault has a title, a sentence and a way on, in every language."""

from __future__ import annotations

import pytest

from kezek.domain.kernel.refusal import Reason
from kezek.i18n.catalogue import codes
from kezek.i18n.faults import FAULTS, FOR_PROGRAMS, fault, fault_title, for_program
from kezek.i18n.say.refusal import SAID, sentence, title

# Codes that the API answers with by itself.
API_CODES = (
    "malformed",
    "unknown_field",
    "wrong_type",
    "not_utf8",
    "too_large",
    "not_found",
    "method_not_allowed",
    "unauthenticated",
    "rate_limited",
    "overloaded",
    "unavailable",
    "internal",
)
START = 1_781_308_800_000  # 2026-06-13 00:00 UTC


def test_every_reason_is_said():
    assert set(SAID) == set(Reason)


def test_every_fault_of_the_api_is_said():
    assert set(API_CODES) <= set(FAULTS)


@pytest.mark.parametrize("lang", codes())
@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_without_facts_still_makes_a_sentence(reason: Reason, lang: str):
    said, then = sentence(reason, {}, lang)
    assert said
    assert "%(" not in said + then
    assert title(reason, lang)


@pytest.mark.parametrize("lang", codes())
@pytest.mark.parametrize("code", sorted(FAULTS))
def test_a_fault_makes_a_sentence(code: str, lang: str):
    said, then = fault(code, lang)
    assert said
    assert then
    assert "%(" not in said + then
    assert fault_title(code, lang)


@pytest.mark.parametrize("code", sorted(FOR_PROGRAMS))
def test_a_program_is_told_in_every_language_and_of_no_page(code: str):
    told = [for_program(code, lang) for lang in codes()]
    assert len({said.then for said in told if said}) == len(codes())
    assert told[0]
    assert not {"board", "form", "anew"} & set(" ".join(told[0]).replace(".", "").split())


def test_times_are_told_in_the_zone_of_the_post():
    facts = {"until": START}
    assert "13 June, 05:00" in sentence(Reason.MOVE_TOO_LATE, facts, "en", "Asia/Almaty")[0]
    assert "13 June, 00:00 UTC" in sentence(Reason.MOVE_TOO_LATE, facts, "en")[0]
    assert "13 июня, 05:00" in sentence(Reason.MOVE_TOO_LATE, facts, "ru", "Asia/Almaty")[0]


@pytest.mark.parametrize(
    ("reason", "facts", "told"),
    [
        (Reason.PLATE_IMPOSSIBLE, {"wrong": "plate_empty"}, "The plate is missing."),
        (Reason.VIN_IMPOSSIBLE, {"wrong": "vin_letter"}, "I, O and Q"),
        (Reason.VEHICLE_BOOKED, {"by": "vin", "number": 7}, "with this VIN"),
        (Reason.DAY_CLOSED, {"day": "2026-06-19", "why": ""}, "closed on 19 June."),
        (Reason.DAY_CLOSED, {"day": "2026-06-19", "why": "day_off"}, "published board"),
        (Reason.DAY_CLOSED, {"day": "2026-06-19", "why": "flood"}, "19 June: flood."),
        (Reason.WRONG_STATUS, {"status": "arrived", "verb": "move"}, "“In line”"),
        (Reason.HORIZON_EXCEEDED, {"last": "2026-07-13"}, "13 July"),
    ],
)
def test_facts_change_what_is_said(reason: Reason, facts: dict, told: str):
    assert told in sentence(reason, facts, "en")[0]


def test_a_sentence_never_tells_the_number_of_somebody_elses_booking():
    said = sentence(Reason.VEHICLE_BOOKED, {"by": "plate", "number": 4711}, "en")
    assert "4711" not in " ".join(said)
