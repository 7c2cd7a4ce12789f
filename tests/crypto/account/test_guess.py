"""What the library says of a password becomes codes of ours, and words of one owner are not shared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as some

from kezek.crypto.account.guess import estimate_guesses
from kezek.domain.account.password import PasswordFault


def test_a_word_of_the_owner_is_named():
    found = estimate_guesses("syrym2026", ("officer", "syrym"))
    assert (found.fault, found.word) == (PasswordFault.KNOWN, "syrym")
    assert found.guesses < 10**6


def test_a_repetition_is_what_is_repeated():
    assert estimate_guesses("dragondragon", ()).fault is PasswordFault.KNOWN
    assert estimate_guesses("abcdabcd", ()).fault is PasswordFault.ROW


def test_the_words_of_one_owner_are_nobody_elses():
    names = [f"zhumabekova{n}q" for n in range(8)]

    def own_and_other(n: int) -> tuple[str, str]:
        return (
            estimate_guesses(names[n], [names[n]]).word,
            estimate_guesses(names[n], [names[n - 1][::-1]]).word,
        )

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(own_and_other, range(8))) == [(name, "") for name in names]


@given(some.text(min_size=1, max_size=20), some.lists(some.text(max_size=20), max_size=4))
def test_whatever_is_asked_there_is_an_estimate(text: str, words: list[str]):
    assert estimate_guesses(text, words).guesses >= 1
