"""What was published of the lines, in plain numbers: minutes, places, percent.

Typed here a second time on purpose.  The checkers judge by this page, never by the product's rules.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.world import A, B, D, X

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UNDO_FOR = 10_000

DEAR = ("priority", "postal", "accelerated")

KZ = {
    "authority": "kz", "window": 60, "keeps": 180, "no_show": 1440, "call": 20, "misses": 2,
    "moves": 3, "move_until": 0, "displaced": 30 * 1440, "drivers": 4, "walk_ins": 24, "horizon": 30,
    "cycle": ["priority", *["in_turn"] * 5, "accelerated", *["in_turn"] * 5, "postal", "walk_in"],
    "percent": {"priority": 5, "postal": 1, "accelerated": 1}, "for_staff": {"priority", "postal"},
    "next_round": {"walk_in"},
}  # fmt: skip
KG = {
    "authority": "kg", "window": 60, "keeps": 60, "no_show": 720, "call": 30, "misses": 1,
    "moves": 2, "move_until": 60, "displaced": 30 * 1440, "drivers": 2, "walk_ins": 20, "horizon": 14,
    "cycle": ["priority", "in_turn", "in_turn", "in_turn", "walk_in"],
    "percent": {"priority": 10}, "for_staff": {"priority"}, "next_round": {"walk_in"},
}  # fmt: skip
XX = {
    "authority": "xx", "window": 120, "keeps": 0, "no_show": 30, "call": 5, "misses": 0,
    "moves": None, "move_until": 0, "displaced": 2 * 1440, "drivers": 1, "walk_ins": None, "horizon": 2,
    "cycle": ["in_turn", "walk_in"], "percent": {}, "for_staff": set(),
    "next_round": set(),
}  # fmt: skip

LAW = {
    A: {**KZ, "post": "kz_a", "zone": "Asia/Almaty"},
    B: {**KZ, "post": "kz_b", "zone": "Asia/Almaty"},
    D: {**KG, "post": "kg_dostuk", "zone": "Asia/Bishkek"},
    X: {**XX, "post": "xx_c", "zone": "Europe/Berlin"},
}


@cache
def _day_of_hour(hour: int, zone: str) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def day_of(line: str, at: int) -> str:
    """The local day of an instant; every zone here is whole hours away from UTC."""
    return _day_of_hour(at // HOUR, LAW[line]["zone"])


@cache
def starts_of(line: str, on: str) -> tuple[int, ...]:
    """Starts of the windows of a local day, which may have 23 or 25 hours."""
    zone, first = ZoneInfo(LAW[line]["zone"]), date.fromisoformat(on)
    begin, end = (
        round(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()) * 1000
        for d in (first, first + timedelta(days=1))
    )
    return tuple(range(begin, end, LAW[line]["window"] * MINUTE))


def even(total: int, parts: int) -> list[int]:
    """Evenly, the larger ones last."""
    return [(total + part) // parts for part in range(parts)]


def pool(vehicle_class: str) -> str:
    return "kept" if vehicle_class in DEAR else "ordinary"
