"""How anything stamped on a vehicle is spelled: one spelling for what people type in many ways."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# The keyboard of the region types these where the vehicle has the Latin letter.  They are folded for
# every country: none uses both letters of a pair, so folding can never join two different plates.
_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS")

# Dots that are written between groups (the middle ones on Chinese plates).
_DOTS = frozenset(".·•・‧∙⋅")
_SEPARATORS_ASCII = str.maketrans("", "", " \t\n\r\v\f\x1c\x1d\x1e\x1f-.")
_INVISIBLE_OR_DASH = frozenset({"Pd", "Cf", "Zs", "Zl", "Zp"})
# One round settles nearly every text, two or three the rest (marks that meet when a hyphen goes).
_ROUNDS_MAX = 8


# A booking asks six times: for its claims before its batch is loaded, then for each rule of its own.
@lru_cache(maxsize=2_048)
def fold(text: str) -> str:
    """Upper case, no separators, ASCII digits, Latin where Cyrillic looks the same.

    Never fails: what belongs on no vehicle is kept, for the caller to name.  Folding twice changes
    nothing.
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
    # Before upper case (full-width letters) and after it (letters that upper case takes apart).
    upper = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    return "".join(_digit(c) for c in upper if not _separates(c)).translate(_LOOK_ALIKES)


def _separates(character: str) -> bool:
    """White space, dashes, dots and invisible format marks."""
    if character in _DOTS or character.isspace():
        return True
    return unicodedata.category(character) in _INVISIBLE_OR_DASH


def _digit(character: str) -> str:
    """The ASCII digit of any decimal digit; other characters as they are."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
