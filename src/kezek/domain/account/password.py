"""Which passwords are refused: those that an attacker guesses first."""

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
# An attacker with stolen hashes makes this many guesses in a day; one without them needs months.
GUESSES_MIN: Final = 10**8
_LETTERS_MIN = 3
# The estimator's time grows with the length; this many characters of a good password suffice.
_ESTIMATED_MAX = 20
# The longest login; of a firm's name the same length is enough.
_NAME_MAX = 120
_PRODUCT = ("kezek", "кезек")
# Words of our languages and countries, which are missing in lists of leaked passwords.
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
    """The number of guesses that a text takes, and the `word` that makes it easy, if it is one."""

    guesses: float
    fault: PasswordFault
    word: str = ""


class GuessEstimator(Protocol):
    """Estimates the guesses that a text takes an attacker who knows `words` of its owner."""

    def __call__(self, text: str, words: Sequence[str], /) -> Guessed: ...


def fault_of(password: str, own: Iterable[str], estimate: GuessEstimator) -> PasswordFault | None:
    """Why a new password is too easy, None for a good one; `own` are the names of its owner.

    Signs around a word or between its letters do not make it a better word.
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
    # Both ends are estimated: the end may be hard where the beginning is easy.
    parts = dict.fromkeys((text[:_ESTIMATED_MAX], text[-_ESTIMATED_MAX:]))
    found = max((_easiest(part, words, estimate) for part in parts), key=_guesses)
    if found.guesses >= GUESSES_MIN:
        return None
    return PasswordFault.NAME if found.word in names else found.fault


def _guesses(found: Guessed) -> float:
    return found.guesses


def _easiest(text: str, words: Sequence[str], estimate: GuessEstimator) -> Guessed:
    """The reading of a text that takes the fewest guesses."""
    found = ((estimate(read, words), cost) for read, cost in _readings(text).items())
    return min(
        (Guessed(one.guesses * cost, one.fault, one.word) for one, cost in found), key=_guesses
    )


def _readings(text: str) -> dict[str, int]:
    """The text, and the text without its signs, each with the factor of guesses for placing the signs.

    Signs at the ends add no factor.  Cyrillic text is also read by its Latin keys, because most lists
    have `пароль` as `gfhjkm`.
    """
    plain = "".join(filter(str.isalnum, text))
    core = re.sub(r"^[\W_]+|[\W_]+$", "", text)
    costs = {plain: 10 ** (len(core) - len(plain)), text: 1}
    return {read: cost for one, cost in costs.items() if one for read in (latin_keys(one), one)}


def _words(name: str) -> set[str]:
    """A name as a whole, written as one word, and its single words."""
    plain = unicodedata.normalize("NFKC", name[:_NAME_MAX]).lower()
    words = re.findall(r"[^\W_]+", plain)
    return {word for word in (plain, "".join(words), *words) if len(word) >= _LETTERS_MIN}
