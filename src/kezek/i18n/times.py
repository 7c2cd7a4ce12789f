"""Days, hours and numbers as a language writes them.

Instants are aware datetimes in the checkpoint's zone.  Hours are always 00:00 to 23:59: a slot must be
read the same in every language.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from kezek.domain.kernel.instant import comes_twice
from kezek.i18n.catalogue import words

# CLDR patterns; the order of the parts is the language's own.
_DAYS = {
    "en": {
        "": "EEE d MMMM",
        "short": "d MMM",
        "plain": "d MMMM",
        "long": "EEEE d MMMM",
        "full": "EEEE d MMMM y",
        "date": "d MMMM y",
        "month": "LLLL y",
        "weekday": "EEE",
    },
    "ru": {
        "": "EEE, d MMMM",
        "short": "d MMM",
        "plain": "d MMMM",
        "long": "EEEE, d MMMM",
        "full": "EEEE, d MMMM y 'г.'",
        "date": "d MMMM y 'г.'",
        "month": "LLLL y",
        "weekday": "EEEEEE",
    },
    "kk": {
        "": "d MMMM, EEE",
        "short": "d MMM",
        "plain": "d MMMM",
        "long": "d MMMM, EEEE",
        "full": "y 'ж.' d MMMM, EEEE",
        "date": "y 'ж.' d MMMM",
        "month": "y 'ж.' LLLL",
        "weekday": "EEE",
    },
}


@lru_cache(maxsize=4_096)
def _day(on: date, style: str, lang: str) -> str:
    return format_date(on, _DAYS[lang][style], words(lang).locale).replace(" г. г.", " г.")


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
    return f"{_day(at.date(), 'plain', lang)}, {hour(at)}"


@lru_cache(maxsize=4_096)
def number(value: float, lang: str) -> str:
    """A number with the language's separators and at most one decimal."""
    return format_decimal(value, format="#,##0.#", locale=words(lang).locale)


@lru_cache(maxsize=256)
def money(minor: int, currency: str, lang: str) -> str:
    """An amount with its ISO code, which foreign drivers can read; no decimals where there are none."""
    pattern = "#,##0" if minor % 100 == 0 else "#,##0.00"
    return f"{format_decimal(minor / 100, format=pattern, locale=words(lang).locale)} {currency}"
