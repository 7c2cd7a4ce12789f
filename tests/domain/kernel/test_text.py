"""What may be kept of a text that somebody wrote."""

from __future__ import annotations

import pytest

from kezek.domain.kernel.text import is_line


@pytest.mark.parametrize(
    "text", ["", "Айбек Н.", "Ösmanov-oğlu", "می\u200cخواهم", "ක්\u200dෂ", "officer 214", "中国"]
)
def test_names_of_every_script_are_lines(text: str):
    assert is_line(text, 40)


@pytest.mark.parametrize(
    "sign",
    list(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u200b\u00ad\ufeff\u2028\u2029\x00\x1b\n\ud800"
    ),
)
def test_what_cannot_be_seen_or_turns_the_direction_is_no_part_of_a_line(sign: str):
    assert not is_line(f"Нурлан {sign}abc", 40)


def test_the_space_around_a_line_counts_for_nothing():
    assert is_line("  four  ", 4)
    assert not is_line("five!", 4)
