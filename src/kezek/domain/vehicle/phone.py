"""Phone numbers in one spelling, as they are dialled from abroad, whatever people write."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from kezek.domain.kernel.known import NumberingPlan, any_plan
from kezek.domain.kernel.text import cleaned

DIGITS_MIN, DIGITS_MAX = 7, 15  # ITU-T E.164 allows fifteen
# Labels before a number on a card or in a link: tel:, Phone, тел., моб.
_LABEL = re.compile(r"^(?:tel|phone|mob|cell|whatsapp|тел|моб)[^\W\d_]*[\s.:]*", re.IGNORECASE)
_NO_DIGIT = re.compile(r"[^0-9]")
_DIALLED = re.compile(r"[0-9+\-() ./]*")
# A spreadsheet stores a phone as a number and writes it with a fraction.
_FRACTION = re.compile(r"(\+?\d{7,15})[.,]0+", re.ASCII)


# Kazakhstan and Russia dial 8 before the ten digits of a number at home, +7 from abroad (ITU-T E.164,
# national numbering plans of country code 7).
_AT_HOME = re.compile(r"8(\d{10})", re.ASCII)


class PhoneFault(StrEnum):
    """Why a text is no phone number: stable codes; the sentences are in the catalogues."""

    NO_CODE = "no_code"
    IMPOSSIBLE = "impossible"


def normalise(text: str, plan: NumberingPlan = any_plan, country: str = "") -> str:
    """Digits with a leading plus, as E.164 writes them; empty stays empty.

    A number without a plus is first read as it is dialled in the truck's `country`; then 8 701 … is
    +7 701 …, and 00 stands for the plus.  A text that fits no plan is returned unchanged, for
    `fault_of` to name its fault.
    """
    read, digits = _read(text, plan, country)
    return read or (f"+{digits}" if digits else "")


def fault_of(text: str, plan: NumberingPlan = any_plan, country: str = "") -> PhoneFault | None:
    """Why a text is no phone number: strange characters, or no country has such a number.

    Digits without a plus that fit several countries lack the country's code.
    """
    if not _DIALLED.fullmatch(_written(text)):
        return PhoneFault.IMPOSSIBLE
    number, digits = _read(text, plan, country)
    if number and DIGITS_MIN <= len(number) - 1 <= DIGITS_MAX:
        return None
    local = not _abroad(_written(text)) and DIGITS_MIN <= len(digits) <= DIGITS_MAX
    return PhoneFault.NO_CODE if local else PhoneFault.IMPOSSIBLE


def impossible(text: str, plan: NumberingPlan = any_plan, country: str = "") -> bool:
    """Whether a text is no phone number."""
    return fault_of(text, plan, country) is not None


def _abroad(written: str) -> bool:
    return written.startswith(("+", "00"))


def _read(text: str, plan: NumberingPlan, country: str) -> tuple[str, str]:
    """The number as its country writes it, empty when no country has it, and its digits as typed."""
    written = _written(text)
    digits = _NO_DIGIT.sub("", written)
    if _abroad(written):
        digits = digits if written.startswith("+") else digits.removeprefix("00")
        return (plan(f"+{digits}") if digits else ""), digits
    at_home = plan(digits, country) if digits and country else ""
    if at_home:
        return at_home, digits
    home = _AT_HOME.fullmatch(digits)
    digits = f"7{home[1]}" if home else digits
    return (plan(digits) if digits else ""), digits


def _written(text: str) -> str:
    """The text without invisible characters, unusual hyphens and a spreadsheet's fraction."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", cleaned(text))
        text = "".join("-" if unicodedata.category(c) == "Pd" else c for c in plain)
    text = _LABEL.sub("", text.strip(), count=1)
    fraction = _FRACTION.fullmatch(text)
    return fraction[1] if fraction else text
