"""Which passwords are refused: those that whoever guesses tries first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, Protocol

from kezek.domain.kernel.keyboard import latin_keys
from kezek.domain.kernel.value import value

LENGTH_MIN: Final = 10
# Of UTF-8; more is an attempt to keep the processor busy.
BYTES_MAX: Final = 256
# Fewer guesses than this are made in a day by whoever has stolen the hashes, in months by who has not.
GUESSES_MIN: Final = 10**8
_LETTERS_MIN = 3
# An estimate takes the longer the more is estimated, and so many characters of a good password suffice.
_ESTIMATED_MAX = 20
# No login is longer, and of a firm so much is enough.
_NAME_MAX = 120
_PRODUCT = ("kezek", "кезек")
# Words that no list of leaked passwords has, because they are of our languages and countries.
_OURS = (
    "qazaqstan", "kazakhstan", "казахстан", "қазақстан", "кыргызстан", "kyrgyzstan",
    "superuser", "құпиясөз", "сырсөз", "кулиясоз", "сырсоз", "motdepasse", "contraseña",
)  # fmt: skip


class PasswordFault(StrEnum):
    """Why a password is refused: stable codes, sentences are in the catalogues."""

    SHORT = "password_short"
    LONG = "password_long"
    PLAIN = "password_plain"
    ROW = "password_row"
    NAME = "password_name"
    KNOWN = "password_known"
    EASY = "password_easy"


@value(frozen=True, slots=True)
class Guessed:
    """How many guesses a text takes, and the part that makes it easy: `word` when it is a word."""

    guesses: float
    fault: PasswordFault
    word: str = ""


class GuessEstimator(Protocol):
    """Tells how many guesses a text takes for who knows `words` of its owner."""

    def __call__(self, text: str, words: Sequence[str], /) -> Guessed: ...


def fault_of(password: str, own: Iterable[str], estimate: GuessEstimator) -> PasswordFault | None:
    """What is too easy about a new password, None for a good one; `own` are the names of its owner.

    Signs around a word or between its letters make no other word of it.
    """
    if len(password) < LENGTH_MIN:
        return PasswordFault.SHORT
    if len(password.encode(errors="surrogatepass")) > BYTES_MAX:
        return PasswordFault.LONG
    text = unicodedata.normalize("NFKC", password)
    if len(set(filter(str.isalpha, text.casefold()))) < _LETTERS_MIN:
        return PasswordFault.PLAIN
    names = {*_PRODUCT, *(word for name in own for word in _words(name))}
    words = (*names, *_OURS)
    # Where the beginning is easy the end may not be.
    parts = dict.fromkeys((text[:_ESTIMATED_MAX], text[-_ESTIMATED_MAX:]))
    found = max((_easiest(part, words, estimate) for part in parts), key=_guesses)
    if found.guesses >= GUESSES_MIN:
        return None
    return PasswordFault.NAME if found.word in names else found.fault


def _guesses(found: Guessed) -> float:
    return found.guesses


def _easiest(text: str, words: Sequence[str], estimate: GuessEstimator) -> Guessed:
    """What is easiest of the ways to read a text."""
    found = ((estimate(read, words), cost) for read, cost in _readings(text).items())
    return min(
        (Guessed(one.guesses * cost, one.fault, one.word) for one, cost in found), key=_guesses
    )


def _readings(text: str) -> dict[str, int]:
    """The text, and the text without its signs, with the factor of guesses that placing those takes.

    Signs at the ends take none.  Each also by its keys where they are Cyrillic: most lists have
    `пароль` as `gfhjkm`.
    """
    plain = "".join(filter(str.isalnum, text))
    core = re.sub(r"^[\W_]+|[\W_]+$", "", text)
    costs = {plain: 10 ** (len(core) - len(plain)), text: 1}
    return {read: cost for one, cost in costs.items() if one for read in (latin_keys(one), one)}


def _words(name: str) -> set[str]:
    """A name whole, in one word, and its words."""
    plain = unicodedata.normalize("NFKC", name[:_NAME_MAX]).lower()
    words = re.findall(r"[^\W_]+", plain)
    return {word for word in (plain, "".join(words), *words) if len(word) >= _LETTERS_MIN}
