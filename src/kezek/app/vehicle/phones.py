"""The numbering plans of the world, handed to the rules about phones.

By country code and length only: which ranges are given out changes every month, and a driver must not be
turned away because a range is newer than this release.  Nothing is kept: a person who was erased leaves
no number in memory.
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

# Given to no country, so nobody's phone: what the demonstration and examples write.
_NOBODY = "+999"


def numbering_plan(number: str, country: str = "", /) -> str:
    """A number in E.164 form as its country writes it, without a prefix of home; empty when it cannot
    be: no such country code, or not as many digits as that country gives.

    Without a plus, digits count only if such a number has been given out: a number dialled at home may
    look like one of another country.
    """
    if number.startswith(_NOBODY):
        return number
    if not number.startswith("+"):
        number = _given_out(number, country)
    # A prefix of home may hide behind another one: only a number that stands as written is somebody's.
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
    """The number behind digits without a plus: as dialled in a country, or with its code before them."""
    try:
        found = parse(digits, country) if country else parse(f"+{digits}")
    except NumberParseException:
        return ""
    known = is_valid_number_for_region(found, country) if country else is_valid_number(found)
    return format_number(found, PhoneNumberFormat.E164) if known else ""
