"""Days and hours as people write them in tables, with every reading, so that none is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kezek.domain.kernel.instant import date_of
from kezek.domain.kernel.text import cleaned

_DASH = "[-\u2010\u2011\u2012\u2013\u2014\u2015\u2212]"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([./]|{_DASH})(\d{{1,2}})\2(\d{{1,2}})", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([./]|{_DASH})(\d{{1,2}})\2(\d{{4}}|\d\d)", re.ASCII)
# Text behind a day: a spreadsheet's midnight, or the Russian or Kazakh abbreviation of "year".
_BEHIND_A_DAY = re.compile(r"(?:[ T]0?0[:.]00(?:[:.]00)?|\s*(?:г|ж)\.?)\Z", re.ASCII)
_CENTURY = "20"

_TIME = r"(\d{1,2})(?:[:.](\d\d)(?:[:.]00)?)?\s*(am|pm|h|ч|час|часов|сағ|сағат)?\.?"
_HOURS = re.compile(rf"(?:(?:с|from)\s+)?{_TIME}(?:\s*(?:{_DASH}|~|до|to)\s*{_TIME})?", re.ASCII)
_DAY_MINUTES, _NOON = 24 * 60, 12


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes after midnight: `first` to 1439, `past` to 1440, None where no end is written."""

    first: int
    past: int | None


def days_written(text: str) -> tuple[date, ...]:
    """Every day that a text can mean, in order; empty for a text that is no day.

    With dots the day comes first, as the region writes it.  With slashes or dashes the month may come
    first too, so such a text may mean two days.
    """
    said = _BEHIND_A_DAY.sub("", cleaned(text))
    found = _YEAR_FIRST.fullmatch(said)
    if found is not None:
        return _days((found[1], found[3], found[4]))
    found = _YEAR_LAST.fullmatch(said)
    if found is None:
        return ()
    one, sign, two, year = found.groups()
    if len(year) == len(_CENTURY):
        year = _CENTURY + year
    readings = [(year, two, one)]
    if sign != ".":
        readings.append((year, one, two))
    return _days(*readings)


def _days(*readings: tuple[str, str, str]) -> tuple[date, ...]:
    found = (date_of(f"{year}-{month:0>2}-{day:0>2}") for year, month, day in readings)
    return tuple(sorted({on for on in found if on is not None}))


def hours_written(text: str) -> Hours | None:
    """The hour that begins, with its end where one is written; None where the text is no time."""
    found = _HOURS.fullmatch(cleaned(text).lower())
    if found is None:
        return None
    first, past = _minutes(*found.groups()[:3]), _minutes(*found.groups()[3:])
    if first is None or first >= _DAY_MINUTES or (found[4] and past is None):
        return None
    if past is not None and past <= first:
        # Only midnight can end an hour of the day before.
        return Hours(first, _DAY_MINUTES) if past == 0 else None
    return Hours(first, past)


def _minutes(hour: str | None, minute: str | None, half: str | None) -> int | None:
    if hour is None:
        return None
    hours, minutes = int(hour), int(minute or 0)
    if half in ("am", "pm"):
        if not 1 <= hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if half == "pm" else 0)
    whole = hours * 60 + minutes
    return whole if minutes < 60 and whole <= _DAY_MINUTES else None
