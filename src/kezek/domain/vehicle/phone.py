"""Phone numbers, softly: what can be dialled from abroad."""

from __future__ import annotations

import re

DIGITS_MIN, DIGITS_MAX = 7, 15  # ITU-T E.164 allows fifteen
_NO_DIGIT = re.compile(r"[^0-9]")
_DIALLED = re.compile(r"[0-9+\-() ./]*")


def normalise(text: str) -> str:
    """Digits with a leading plus, as E.164 writes them; empty stays empty."""
    digits = _NO_DIGIT.sub("", text)
    return f"+{digits}" if digits else ""


def impossible(text: str) -> bool:
    """Whether this can be no phone number: strange characters, or too few or too many digits."""
    if not _DIALLED.fullmatch(text):
        return True
    return not DIGITS_MIN <= len(normalise(text)) - 1 <= DIGITS_MAX
