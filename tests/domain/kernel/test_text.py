"""What may be kept of a text that somebody wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.kernel.text import cleaned, is_line


@pytest.mark.parametrize(
    "text", ["", "Айбек Н.", "Ösmanov-oğlu", "می\u200cخواهم", "ක්\u200dෂ", "officer 214", "中国"]
)
def test_names_of_every_script_are_lines(text: str):
    assert is_line(text, 40)


# Zero width, soft hyphen, byte order mark, direction marks, variation selector, fillers.
UNSEEN = (
    "\u200b\u2060\u00ad\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    "\u061c\ufe0f\u034f\u3164\U000e0041"
)


@pytest.mark.parametrize("sign", list(UNSEEN + "\u200c\u200d"))
def test_what_nobody_sees_is_cleaned_away(sign: str):
    assert cleaned(f"{sign}Нур{sign}лан{sign} abc{sign}") == "Нурлан abc"
    assert is_line(f"Нурлан {sign}abc", 40)


@pytest.mark.parametrize("space", list("\u00a0\u2007\u202f\u2009\u3000"))
def test_every_space_is_a_plain_one(space: str):
    assert cleaned(f"{space}A{space}B{space}") == "A B"


@pytest.mark.parametrize("sign", list("\u2028\u2029\x00\x1b\n\ud800"))
def test_what_stays_impossible_is_no_part_of_a_line(sign: str):
    assert not is_line(f"Нурлан {sign}abc", 40)


@pytest.mark.parametrize("text", ["می\u200cخواهم", "ක්\u200dෂ"])
def test_a_joiner_stays_where_its_script_needs_it(text: str):
    assert cleaned(text) == text


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing(text: str):
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text(alphabet="Аб Z9-", max_size=12), st.data())
def test_signs_that_nobody_sees_never_tell_two_texts_apart(text: str, data: st.DataObject):
    signs = st.sampled_from(UNSEEN)
    pasted = "".join(c + data.draw(signs | st.just("")) for c in text)
    assert cleaned(pasted) == cleaned(text)


def test_the_space_around_a_line_counts_for_nothing():
    assert is_line("  four  ", 4)
    assert not is_line("five!", 4)
