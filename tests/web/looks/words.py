"""Simple English filters, enough for pictures; the product has its own."""

from __future__ import annotations

import re
from datetime import date, datetime

NOW = datetime.fromisoformat("2026-06-13T17:23:00+05:00")


def day(value: date, style: str = "") -> str:
    form = {
        "": "%a {d} %B",
        "short": "{d} %b",
        "long": "%A {d} %B",
        "full": "%A {d} %B %Y",
        "date": "{d} %B %Y",
        "month": "%B %Y",
        "weekday": "%a",
    }[style]
    return value.strftime(form).replace("{d}", str(value.day))


def hour(value: datetime) -> str:
    return value.strftime("%H:%M")


def stamp(value: datetime) -> str:
    return f"{value.day} {value:%B, %H:%M}"


def iso(value: datetime) -> str:
    return value.isoformat()


def number(value: float) -> str:
    return f"{value:,}"


def money(fee: object, part: str = "money") -> str:
    if part == "law":
        return f"{fee.units} {fee.unit}"  # type: ignore[attr-defined]
    return f"{fee.minor // 100:,} {fee.currency}"  # type: ignore[attr-defined]


def groups(plate: str) -> list[str]:
    return re.findall(r"\d+|\D+", plate)


def named(name: str) -> str:
    return name


def vehicle_class(name: str) -> str:
    return {"in_turn": "in turn", "walk_in": "walk-in"}.get(name, name)


FILTERS = {
    f.__name__: f for f in (day, hour, stamp, iso, number, money, groups, named, vehicle_class)
}
