"""The page's language is the one that a reader likes best among those that there are."""

from __future__ import annotations

import pytest

from kezek.i18n.negotiation import preferred


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("kk-KZ", "kk"),
        ("KK", "kk"),
        ("en;q=0.5, kk;q=0.9", "kk"),
        ("en;q=0.9, kk;q=0.9", "en"),
        ("de, kk;q=0.1", "kk"),
        ("de", "en"),
        # Kyrgyz, Tajik and Uzbek in Cyrillic are not shipped; their readers read Russian.
        ("ky-KG", "ru"),
        ("tg", "ru"),
        ("uz-Cyrl-UZ", "ru"),
        ("ky, en;q=0.8", "en"),
        ("ky, ru;q=0", "en"),
        ("ru;q=0", "en"),
        ("ru;q=x, kk;q=0.1", "kk"),
        ("*", "en"),
        ("," * 600, "en"),
        ("de,kk;q=0.5", "kk"),
        ("ru-Latn-XX-foo, kk", "kk"),
        (";;;,,,=q", "en"),
        ("я" * 300, "en"),
        ("a-" * 300, "en"),
        ("xx," * 60 + "kk", "en"),
    ],
)
def test_the_language_of_a_header(header: str, expected: str):
    assert preferred(header) == expected
