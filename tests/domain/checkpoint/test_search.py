"""One key for all spellings of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.checkpoint.search import QUERY_MAX, fits, search_key

# The browser's half of the search is held against these too.
KEYS = {
    "Хоргос": "horgos",
    "KHORGOS": "horgos",
    "Қорғас": "korgas",
    "  Korgas ": "korgas",
    "Колжат": "koljat",
    "Kolzhat": "koljat",
    "Қолжат": "koljat",
    "Россия": "rosia",
    "Russia": "rusia",
    "Ресей": "resei",
    "Нұр жолы": "nur joli",
    "Нур-Жолы": "nur joli",
    "Nur Zholy": "nur joli",
    "Тёплое": "teploe",
    "Теплое": "teploe",
    "Майкапчагай": "maikapchagai",
    "Maykapchagay": "maikapchagai",
    "Oʻzbekiston": "ozbekiston",
    "Ўзбекистон": "uzbekiston",
    "Щучинск": "shuchinsk",
    "Türkiye": "turkie",
    "霍尔果斯": "霍尔果斯",
    "A-2 / 17": "a 2 17",
    "—?!": "",
    "zzz 11": "zzz 11",
}


@pytest.mark.parametrize("text", KEYS)
def test_a_name_has_its_key(text: str):
    assert search_key(text) == KEYS[text]


@given(st.text(max_size=2 * QUERY_MAX))
def test_a_key_is_bounded_and_its_own_key_s_words_stay(text: str):
    key = search_key(text)
    assert len(key) <= 20 * QUERY_MAX
    assert key == key.strip()
    assert "  " not in key


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("   ", True),
        ("нур", True),
        ("Нуржолы", True),
        ("nur horgos", True),
        ("nur atlantis", False),
        ("?!", False),
    ],
)
def test_every_word_must_stand_in_one_of_the_names(query: str, *, found: bool):
    keys = [search_key(name) for name in ("Нұр жолы", "Khorgos", "Қытай")]
    assert fits(query, keys) is found
