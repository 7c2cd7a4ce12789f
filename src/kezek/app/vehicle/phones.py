"""The numbering plans of the world, handed to the rules about phones.

Numbers with a plus are checked by country code and length only: assigned ranges change every month, and
a driver must not be refused because a range is newer than this release.  Nothing is cached, so that an
erased person leaves no number in memory.
"""

from __future__ import annotations

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    is_valid_number,
    is_valid_number_for_region,
    parse,
)

# A code without a country, for the phones of the demonstration and of examples.
_NOBODY = "+999"


def numbering_plan(number: str, country: str = "", /) -> str:
    """A number in E.164 form as its country writes it, without a trunk prefix; empty when the country
    code does not exist or the country has no numbers of this length.

    Without a plus, only assigned numbers count, because a number in national form may look like one of
    another country.
    """
    if number.startswith(_NOBODY):
        return number
    if not number.startswith("+"):
        number = _given_out(number, country)
    # Trunk prefixes may be doubled, so they are removed until the number no longer changes.
    for _ in number:
        try:
            found = parse(number)
        except NumberParseException:
            return ""
        if not is_possible_number(found):
            return ""
        before, number = number, format_number(found, PhoneNumberFormat.E164)
        if number == before:
            return number
    return ""


def _given_out(digits: str, country: str) -> str:
    """The number of digits without a plus: as dialled in a country, or with a country code."""
    try:
        found = parse(digits, country) if country else parse(f"+{digits}")
    except NumberParseException:
        return ""
    known = is_valid_number_for_region(found, country) if country else is_valid_number(found)
    return format_number(found, PhoneNumberFormat.E164) if known else ""
