from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.vehicle.vin import VinFault, check_digit_doubtful, impossible, normalise

ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
VINS = st.text(alphabet=ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize(
    ("text", "vin"),
    [
        ("1m8gdm9axkp042788", "1M8GDM9AXKP042788"),
        ("1M8 GDM9AX-KP042788", "1M8GDM9AXKP042788"),
        ("ХТА21099043576182", "XTA21099043576182"),  # Cyrillic letters
        ("", ""),
    ],
)
def test_one_spelling(text, vin):
    assert normalise(text) == vin


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1M8GDM9AXKP042788", None),
        ("1m8 gdm9a xkp042788", None),
        ("WDB9634031L123456", None),
        ("", VinFault.EMPTY),
        ("  ", VinFault.EMPTY),
        ("1M8GDM9AXKP04278", VinFault.LENGTH),
        ("1M8GDM9AXKP0427888", VinFault.LENGTH),
        ("1M8GDM9AXKPO42788", VinFault.LETTER),
        ("1M8GDM9AXKPI42788", VinFault.LETTER),
        ("1M8GDM9AXKPQ42788", VinFault.LETTER),
        ("1M8GDM9AXKPЖ42788", VinFault.CHARACTER),
        ("1M8GDM9AXKP\x0042788", VinFault.CHARACTER),
        ("1M8GDM9AXKP/42788", VinFault.CHARACTER),
    ],
)
def test_impossible(text, fault):
    assert impossible(text) == fault


@pytest.mark.parametrize(
    ("vin", "doubtful"),
    [
        ("1M8GDM9AXKP042788", False),  # the example of 49 CFR 565 whose check digit is X
        ("11111111111111111", False),
        ("1M8GDM9A1KP042788", True),
        ("LVBV3JBB1DE012345", True),
        ("WDB96340310123456", False),  # Europe asks for no check digit
    ],
)
def test_the_check_digit_only_warns(vin, doubtful):
    assert impossible(vin) is None
    assert check_digit_doubtful(vin) is doubtful


def test_the_check_digit_is_asked_of_possible_numbers_only():
    with pytest.raises(AssertionError):
        check_digit_doubtful("1M8")


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert impossible(once) == impossible(text)


@given(VINS)
def test_every_number_of_the_alphabet_is_possible(vin):
    assert impossible(vin.lower()) is None
    check_digit_doubtful(vin)


@given(VINS, st.sampled_from("12345L"))
def test_exactly_one_check_digit_is_right(vin, first):
    candidates = [first + vin[1:8] + digit + vin[9:] for digit in "0123456789X"]
    assert sum(not check_digit_doubtful(one) for one in candidates) == 1
