"""Phone numbers, as they are dialled from abroad: what people write in many ways has one spelling."""

from __future__ import annotations

import re
import unicodedata

from kezek.domain.kernel.known import NumberingPlan, any_plan
from kezek.domain.kernel.text import cleaned

DIGITS_MIN, DIGITS_MAX = 7, 15  # ITU-T E.164 allows fifteen
_NO_DIGIT = re.compile(r"[^0-9]")
_DIALLED = re.compile(r"[0-9+\-() ./]*")
# A spreadsheet keeps a phone as a number, and writes it with a fraction.
_FRACTION = re.compile(r"(\+?\d{7,15})[.,]0+", re.ASCII)


# Kazakhstan and Russia dial 8 before the ten digits of a number at home, +7 from abroad (ITU-T E.164,
# national numbering plans of country code 7).
_AT_HOME = re.compile(r"8(\d{10})", re.ASCII)


def normalise(text: str, plan: NumberingPlan = any_plan) -> str:
    """Digits with a leading plus, as E.164 writes them; empty stays empty.

    Without a plus 8 701 … is +7 701 …, and 00 stands for the plus.  What fits no plan stays as it is,
    for `impossible` to name.
    """
    written = _written(text)
    digits = _NO_DIGIT.sub("", written)
    if not written.startswith("+"):
        home = _AT_HOME.fullmatch(digits)
        digits = f"7{home[1]}" if home else digits.removeprefix("00")
    number = f"+{digits}" if digits else ""
    return plan(number) or number


def impossible(text: str, plan: NumberingPlan = any_plan) -> bool:
    """Whether this can be no phone number: strange characters, or no country has such a number."""
    if not _DIALLED.fullmatch(_written(text)):
        return True
    number = normalise(text)
    return not DIGITS_MIN <= len(number) - 1 <= DIGITS_MAX or not plan(number)


def _written(text: str) -> str:
    """The text without what pasting and spreadsheets add: invisible signs, other hyphens, a fraction."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", cleaned(text))
        text = "".join("-" if unicodedata.category(c) == "Pd" else c for c in plain)
    text = text.strip()
    fraction = _FRACTION.fullmatch(text)
    return fraction[1] if fraction else text
