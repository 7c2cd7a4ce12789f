"""Phone numbers, softly: what can be dialled from abroad."""

from __future__ import annotations

import re

DIGITS_MIN, DIGITS_MAX = 7, 15  # ITU-T E.164 allows fifteen
_NO_DIGIT = re.compile(r"[^0-9]")
_DIALLED = re.compile(r"[0-9+\-() ./]*")


# Kazakhstan and Russia dial 8 before the ten digits of a number at home, +7 from abroad (ITU-T E.164,
# national numbering plans of country code 7).
_AT_HOME = re.compile(r"8(\d{10})", re.ASCII)


def normalise(text: str) -> str:
    """Digits with a leading plus, as E.164 writes them; empty stays empty.

    Without a plus 8 701 … is +7 701 …, and 00 stands for the plus.
    """
    digits = _NO_DIGIT.sub("", text)
    if not text.lstrip().startswith("+"):
        home = _AT_HOME.fullmatch(digits)
        digits = f"7{home[1]}" if home else digits.removeprefix("00")
    return f"+{digits}" if digits else ""


def impossible(text: str) -> bool:
    """Whether this can be no phone number: strange characters, or too few or too many digits."""
    if not _DIALLED.fullmatch(text):
        return True
    return not DIGITS_MIN <= len(normalise(text)) - 1 <= DIGITS_MAX
