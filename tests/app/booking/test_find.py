"""What is searched for when a text was typed or scanned."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kezek.app.booking.find import near_codes, readings_of
from kezek.domain.booking.booking import CODE_LENGTH, CODE_LETTERS
from kezek.domain.kernel.keyboard import Layout
from tests.typist import Way, typed

CODES = st.text(CODE_LETTERS, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


@given(CODES, st.sampled_from(list(Layout)), st.sampled_from(list(Way)))
@example("6X6Z", Layout.FRENCH, Way.PLAIN)
def test_a_scanned_code_is_among_the_readings_on_every_layout(code: str, layout: Layout, way: Way):
    assert code in readings_of(typed(code, layout, way))


@pytest.mark.parametrize("typed", ["K7QE", "7KQD", "K7Q", "K7QDD", "К7QE", "K7Q0", "K7QЖ", "IK7QD"])
def test_one_slip_of_the_hand_still_finds_the_code(typed):
    assert near_codes(typed, ["K7QD", "2222"]) == ["K7QD"]


@pytest.mark.parametrize("typed", ["K7QD", "7QKD2", "2K7Q2", "123ABC02", ""])
def test_what_is_no_slip_of_a_code_is_close_to_none(typed):
    assert near_codes(typed, ["K7QD"]) == []
