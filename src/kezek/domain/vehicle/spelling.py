"""The one spelling of plates and VINs, for text that people type in many ways."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Cyrillic letters that people type for Latin ones.  They are folded for every country: no country uses
# both letters of a pair, so folding never makes two plates equal.
_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS")

# Dots between groups; Chinese plates have middle dots.
_DOTS = frozenset(".·•・‧∙⋅")
_SEPARATORS_ASCII = str.maketrans("", "", " \t\n\r\v\f\x1c\x1d\x1e\x1f-.")
_INVISIBLE_OR_DASH = frozenset({"Pd", "Cf", "Zs", "Zl", "Zp"})
# Nearly every text needs one round; two or three are needed where marks meet after a hyphen is removed.
_ROUNDS_MAX = 8


# Cached because a booking folds its plate six times: for its claims, then in each of its rules.
@lru_cache(maxsize=2_048)
def fold(text: str) -> str:
    """Upper case, no separators, ASCII digits, Latin where Cyrillic looks the same.

    Never fails: impossible characters stay, for the caller to name.  Folding twice changes nothing.
    """
    if text.isascii():
        return text.upper().translate(_SEPARATORS_ASCII)
    for _ in range(_ROUNDS_MAX):
        folded = _fold_once(text)
        if folded == text:
            break
        text = folded
    return text


def _fold_once(text: str) -> str:
    # Normalised before upper case (full-width letters) and after it (letters that it decomposes).
    upper = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    return "".join(_digit(c) for c in upper if not _separates(c)).translate(_LOOK_ALIKES)


def _separates(character: str) -> bool:
    """Whether a character separates: white space, dashes, dots and invisible format characters."""
    if character in _DOTS or character.isspace():
        return True
    return unicodedata.category(character) in _INVISIBLE_OR_DASH


def _digit(character: str) -> str:
    """The ASCII digit of any decimal digit; other characters as they are."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
