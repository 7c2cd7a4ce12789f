from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.crypto.ticket.link import TicketLinks

LINKS = TicketLinks(b"s" * 32)
NUMBERS = st.integers(1, 10**15 - 1)


@given(NUMBERS)
def test_a_link_leads_back_to_its_booking(number):
    link = LINKS.make(number)
    assert LINKS.read(link) == number
    assert len(link) < 40
    assert re.fullmatch(r"[A-Za-z0-9_-]+", link)


@given(NUMBERS, st.integers(0, 37), st.sampled_from("0123456789abcXYZ-_"))
def test_one_wrong_character_is_noticed(number, place, character):
    link = LINKS.make(number)
    place %= len(link)
    changed = link[:place] + character + link[place + 1 :]
    assert LINKS.read(changed) == (number if changed == link else None)


@given(st.text())
def test_any_text_is_harmless(text):
    assert LINKS.read(text) is None


@given(NUMBERS)
def test_another_secret_reads_nothing(number):
    assert TicketLinks(b"t" * 32).read(LINKS.make(number)) is None


@given(NUMBERS, st.text("23456789ABCDEFGH", min_size=1), st.text("23456789ABCDEFGH"))
def test_a_number_that_was_given_out_again_has_another_link(number, salt, other):
    link = LINKS.make(number, salt)
    assert LINKS.read(link, lambda _: salt) == number
    assert LINKS.read(link, lambda _: None) is None, "no such booking"
    assert (LINKS.read(link, lambda _: other) == number) == (other == salt)


def test_a_link_of_a_booking_without_a_salt_is_that_of_the_releases_before():
    assert LINKS.make(7) == "7-0-96Y2WtAhAJo_5olvX3Xg"


def test_a_number_has_one_link():
    link = LINKS.make(7)
    for other in ("0" + link, link + "=", " " + link, link + "\n", link.upper(), link[2:]):
        assert LINKS.read(other) is None


@pytest.mark.parametrize("number", [0, -1, 10**15])
def test_no_link_without_a_number(number):
    with pytest.raises(AssertionError):
        LINKS.make(number)


def test_a_short_secret_is_our_mistake():
    with pytest.raises(AssertionError):
        TicketLinks(b"short")
