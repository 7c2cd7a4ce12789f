"""Vehicle identification numbers: the impossible ones and the doubtful ones (ISO 3779)."""

from __future__ import annotations

import re
from enum import StrEnum

from kezek.domain.vehicle.spelling import fold

LENGTH = 17

_ALPHABET = re.compile(r"[0-9A-HJ-NPR-Z]*")
_CONFUSABLE = re.compile(r"[0-9A-Z]*")

# 49 CFR 565.15 table III: the value of each letter.  I, O and Q do not occur.
_VALUES = {str(d): d for d in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True)
)
# Table IV: the weight of each position; the check digit itself counts nothing.
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK = 8  # the ninth character, counted from nought
# First characters with a mandatory check digit: North America (49 CFR 565) and China (GB 16735).
# Elsewhere makers use the place freely, often for a Z, and a warning would be wrong.
_CHECKED = frozenset("12345L")


class VinFault(StrEnum):
    """Why no vehicle can have this number: stable codes, sentences are in the catalogues."""

    EMPTY = "vin_empty"
    LENGTH = "vin_length"
    LETTER = "vin_letter"
    CHARACTER = "vin_character"


def normalise(text: str) -> str:
    """Upper case, no spaces, hyphens or dots, Latin where Cyrillic looks the same.  Never fails."""
    return fold(text)


def impossible(text: str) -> VinFault | None:
    """Why a text is no VIN, or None.  `text` may be raw or normal.

    `LETTER` means that I, O or Q was used instead of 1 or 0, which the sentence can explain.
    """
    vin = normalise(text)
    if not vin:
        return VinFault.EMPTY
    if not _CONFUSABLE.fullmatch(vin):
        return VinFault.CHARACTER
    if len(vin) != LENGTH:
        return VinFault.LENGTH
    if not _ALPHABET.fullmatch(vin):
        return VinFault.LETTER
    return None


def check_digit_doubtful(vin: str) -> bool:
    """Whether a possible VIN in normal form has a wrong check digit where the law requires one.

    It is only a warning.  The digit is the weighted sum modulo 11; ten is written X (49 CFR 565.15).
    """
    assert impossible(vin) is None, "the check digit is asked of possible numbers only"
    if vin[0] not in _CHECKED:
        return False
    remainder = sum(_VALUES[c] * w for c, w in zip(vin, _WEIGHTS, strict=True)) % 11
    return vin[_CHECK] != ("X" if remainder == 10 else str(remainder))
