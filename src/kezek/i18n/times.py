"""Days, hours, numbers and amounts as a language writes them, by CLDR.

Instants are aware datetimes in the checkpoint's zone.  Hours are always 00:00 to 23:59: a slot must be
read the same in every language.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, match_skeleton
from babel.numbers import format_decimal, get_currency_precision

from kezek.domain.kernel.instant import comes_twice
from kezek.i18n.catalogue import words

# What a day is shown with: the fields of CLDR, or the name of one of its formats.
_FIELDS = {
    "": "MMMMEd",
    "short": "MMMd",
    "plain": "MMMMd",
    "long": "MMMMEEEEd",
    "month": "yMMMM",
    "weekday": "E",
}
# Not every font has the narrow space of newer CLDR.
_NARROW = "\u202f"
_FORMATS = {"full": "full", "date": "long"}
# Letters of months and weekdays in a pattern; what stands between apostrophes is text.
_STANDING = 3  # letters of the short weekday that stands by itself
_NAMED = re.compile(r"'[^']*'|MMM+|LLL+|E+|ccc+")


@lru_cache(maxsize=4_096)
def _day(on: date, style: str, lang: str) -> str:
    locale = words(lang).locale
    shown = format_date(on, _FORMATS.get(style) or _pattern(_FIELDS[style], lang), locale)
    return shown.replace(_NARROW, " ")


@lru_cache(maxsize=256)
def _pattern(fields: str, lang: str) -> str:
    """The language's own order for these fields.

    Where it has none for names of this length, the nearest one is taken and its names are given the
    length that was asked for, as CLDR has it.
    """
    locale: Locale = words(lang).locale
    skeletons = locale.datetime_skeletons
    found = match_skeleton(fields, skeletons)
    pattern = skeletons[found].pattern if found else locale.date_formats["long"].pattern
    month = re.search("M+", fields)
    weekday = re.search("E+", fields)

    def lengthened(part: re.Match[str]) -> str:
        letter = part[0][0]
        asked = month if letter in "ML" else weekday
        if letter == "'" or asked is None:
            return part[0]
        return letter * max(len(asked[0]), _STANDING if letter == "c" else 0)

    return _NAMED.sub(lengthened, pattern)


def day(on: date, style: str, lang: str) -> str:
    """A day: "" Sat 13 June, short, plain, long, full, date, month or weekday."""
    return _day(on.date() if isinstance(on, datetime) else on, style, lang)


def hour(at: datetime) -> str:
    """17:00; an hour that comes twice on its day says which one it is: 02:00 UTC+2."""
    shown = f"{at.hour:02}:{at.minute:02}"
    return f"{shown} {utc_offset(at)}" if comes_twice(at) else shown


def utc_offset(at: datetime) -> str:
    """UTC+5, UTC+5:30, UTC."""
    offset = at.utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def stamp(at: datetime, lang: str) -> str:
    """13 June, 17:00."""
    joined: str = words(lang).locale.datetime_formats["medium"]
    return joined.format(hour(at), _day(at.date(), "plain", lang))


@lru_cache(maxsize=4_096)
def number(value: float, lang: str) -> str:
    """A number with the language's separators and at most one decimal."""
    return format_decimal(value, format="#,##0.#", locale=words(lang).locale)


@lru_cache(maxsize=256)
def money(minor: int, currency: str, lang: str) -> str:
    """An amount with its ISO code, which foreign drivers can read; no decimals where there are none."""
    digits = get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-digits)
    pattern = "#,##0" if amount == int(amount) else f"#,##0.{'0' * digits}"
    return f"{format_decimal(amount, format=pattern, locale=words(lang).locale)} {currency}"
