"""Phones by the numbering plans of the world, as people and spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kezek.app.vehicle.phones import numbering_plan
from kezek.domain.vehicle.phone import PhoneFault, fault_of, impossible, normalise


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+7 701 123 45 67", "+77011234567"),
        ("8 701 123 45 67", "+77011234567"),
        ("77010000000.0", "+77010000000"),
        ("77010000000,00", "+77010000000"),
        ("+7\u00a0701\u00a0123\u00a045\u00a067", "+77011234567"),
        ("+7\u2011701\u2011123\u201145\u201167", "+77011234567"),
        ("\u202a+7\u200b701\u00ad123\ufeff4567\u202c", "+77011234567"),
        ("＋７ ７０１ １２３ ４５ ６７", "+77011234567"),
        ("00996 555 123 456", "+996555123456"),
        ("+996 0555 123 456", "+996555123456"),
        ("+998 90 123 45 67", "+998901234567"),
        ("+992 90 123 4567", "+992901234567"),
        ("+993 65 12 34 56", "+99365123456"),
        ("86 138 0013 8000", "+8613800138000"),
        ("tel:+7-701-123-45-67", "+77011234567"),
        ("Тел. 8 701 123 45 67", "+77011234567"),
        ("Phone: +998 90 123 45 67", "+998901234567"),
    ],
)
def test_a_phone_has_one_spelling(text, phone):
    assert not impossible(text, numbering_plan)
    assert normalise(text, numbering_plan) == phone


@pytest.mark.parametrize(
    "text",
    [
        "0555 123 456",  # no country's code begins with a zero
        "+7 701 123 45 6",
        "+7 701 123 45 678",
        "701 123 45 67",
        "+8 701 123 45 67",
        "7.7010000000E+10",
        "77010000000.5",
        "+210 123 4567",
        "tel:",
        "call +7 701 123 45 67",
    ],
)
def test_what_nobody_can_dial_is_refused(text):
    assert impossible(text, numbering_plan)


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("90 123 45 67", "UZ", "+998901234567"),  # and not Turkey, which is +90
        ("701 123 45 67", "KZ", "+77011234567"),
        ("8 701 123 45 67", "UZ", "+77011234567"),
        ("0555 123 456", "KG", "+996555123456"),
        ("93 501 23 45", "TJ", "+992935012345"),
        ("8 65 12 34 56", "TM", "+99365123456"),
        ("916 123 45 67", "RU", "+79161234567"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("998 90 123 45 67", "KZ", "+998901234567"),
        ("+90 532 123 45 67", "UZ", "+905321234567"),  # a plus is believed
    ],
)
def test_a_number_without_its_code_is_one_of_the_truck_s_country(text, country, phone):
    assert fault_of(text, numbering_plan, country) is None
    assert normalise(text, numbering_plan, country) == phone
    assert normalise(phone, numbering_plan, country) == phone


@pytest.mark.parametrize(
    ("text", "country"),
    [("90 123 45 67", "KZ"), ("90 123 45 67", "TR"), ("90 123 45 67", ""), ("701 123 45 67", "UZ")],
)
def test_digits_that_may_be_several_countries_are_asked_for_their_code(text, country):
    assert fault_of(text, numbering_plan, country) is PhoneFault.NO_CODE


@example("+200000000000")
@given(st.text(alphabet="+0123456789 ()-./\u00a0\u200b", max_size=20))
def test_a_spelling_that_is_possible_stays_so(text):
    if not impossible(text, numbering_plan):
        once = normalise(text, numbering_plan)
        assert not impossible(once, numbering_plan)
        assert normalise(once, numbering_plan) == once
