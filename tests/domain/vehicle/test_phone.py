from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.vehicle.phone import impossible, normalise


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+7 701 555 77 88", "+77015557788"),
        ("7 (701) 555-77-88", "+77015557788"),
        ("8 701 555 77 88", "+77015557788"),
        ("8 (701) 555-77-88", "+77015557788"),
        ("00 7 701 555 77 88", "+77015557788"),
        ("00996 555 123 456", "+996555123456"),
        ("+870 1 555 77 88", "+87015557788"),  # a plus is believed
        ("86 138 0013 8000", "+8613800138000"),  # China, not eight
        ("", ""),
        ("  ", ""),
    ],
)
def test_one_spelling(text, phone):
    assert normalise(text) == phone


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("8 701 555 77 88", False),
        ("+1234567", False),
        ("+123456", True),
        ("+1234567890123456", True),
        ("00", True),
        ("call me", True),
        ("+7 701 555 77 88 ext 3", True),
    ],
)
def test_impossible(text, wrong):
    assert impossible(text) is wrong


@given(st.text(alphabet="+0123456789 ()-./", max_size=24))
def test_spelling_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)
