from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.kernel.keyboard import (
    PLATE_TEXT_MAX,
    Layout,
    latin_keys,
    layout_of,
    plate_readings,
    signed_readings,
)
from tests.typist import Way, typed

SIGNS = string.digits + string.ascii_uppercase + "$%*+-./:"
ALLOWED = frozenset(SIGNS)
LAYOUTS = st.sampled_from(Layout)
WAYS = st.sampled_from(Way)


@given(text=st.text(SIGNS, min_size=1, max_size=300), layout=LAYOUTS, way=WAYS)
def test_a_signed_text_is_among_the_readings_of_what_was_typed(text: str, layout: Layout, way: Way):
    assert (layout, text) in signed_readings(typed(text, layout, way), ALLOWED)


@given(
    text=st.text(string.digits + string.ascii_uppercase, min_size=1, max_size=12),
    layout=LAYOUTS,
    way=WAYS,
)
def test_a_plate_or_a_code_is_among_the_readings(text: str, layout: Layout, way: Way):
    assert text in plate_readings(typed(text, layout, way))


@given(text=st.text(max_size=80))
def test_any_text_has_a_few_readings_and_none_fails(text: str):
    assert len(plate_readings(text)) <= len(Layout)
    assert all(set(read) <= ALLOWED for _, read in signed_readings(text, ALLOWED))


@pytest.mark.parametrize(
    ("typed_text", "layout", "meant"),
    [
        ("ЛЯЛ1Ж", Layout.RUSSIAN, "KZK1:"),
        ("лял1ж", Layout.RUSSIAN, "KZK1:"),
        ("ЛЯЛ1Ж", Layout.UKRAINIAN, "KZK1:"),
        ('ЛЯЛ"Ж', Layout.KAZAKH, "KZK1:"),
        ("KYK1Ö", Layout.GERMAN, "KZK1:"),
        ("KWK&M", Layout.FRENCH, "KZK1:"),
        ("kwk1m", Layout.FRENCH, "KZK1:"),
        ("KZK1Ş", Layout.TURKISH, "KZK1:"),
        ("2ң", Layout.KAZAKH, "24"),
        ("éÉ", Layout.FRENCH, "22"),
        ("ÀB`C", Layout.GERMAN, "+AB+C"),
    ],
)
def test_what_each_keyboard_writes(typed_text: str, layout: Layout, meant: str):
    assert (layout, meant) in signed_readings(typed_text, ALLOWED)


def test_a_blank_is_read_where_the_alphabet_has_one():
    assert (Layout.RUSSIAN, "K Z") in signed_readings(" л  я ", ALLOWED | {" "})
    assert (Layout.RUSSIAN, "KZ") in signed_readings(" л  я ", ALLOWED)


def test_the_layout_is_told_by_the_beginning_of_the_text():
    assert layout_of("л я л1ЖЩЪ", "KZK1:", ALLOWED) is Layout.RUSSIAN
    assert layout_of("KZK1:", "KZK1:", ALLOWED) is None
    assert layout_of("", "KZK1:", ALLOWED) is None


def test_what_is_longer_than_any_plate_has_no_reading_as_one():
    assert "A" * PLATE_TEXT_MAX in plate_readings("A" * PLATE_TEXT_MAX)
    assert not plate_readings("A" * (PLATE_TEXT_MAX + 1))


def test_cyrillic_letters_have_the_keys_of_latin_ones():
    assert latin_keys("Пароль, қ-1 №2") == "Gfhjkm, 0-1 #2"
    assert latin_keys("plain ASCII 123!") == "plain ASCII 123!"
