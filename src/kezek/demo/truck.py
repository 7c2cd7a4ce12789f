"""Invented trucks: every plate, VIN, name and phone is well-formed, and visibly of a demo range.

`DM` stands in the plates of Kazakhstan, Kyrgyzstan and Uzbekistan; Russian ones carry the region 00,
Chinese ones begin with DM; VINs begin with DEMTRUCKS; phones with +999, a code that no country has.
"""

from __future__ import annotations

from typing import Any

from kezek.demo.chance import DemoChance

_FIRST = (
    "Aidar", "Bekzat", "Daniyar", "Erlan", "Farrukh", "Gulzhan", "Ivan", "Jasur", "Kanat", "Li",
    "Marat", "Nurlan", "Olga", "Pavel", "Rustam", "Sergei", "Timur", "Umid", "Viktor", "Wang",
)  # fmt: skip
# Made of the words for sample, trial and example, so that nobody real is meant.
_LAST = ("Ulgiev", "Synakov", "Mysalov", "Namunaev", "Primerov", "Probnov", "Demonov", "Testbaev")

_LETTERS = "ABCEHKMPTXDFGJLNRSUVWYZ"
_RUSSIAN = "ABEKMHOPCTYX"

# How many plates the demo range of a country has; the factor has no divisor in common with any of them,
# so multiplying by it only changes their order.
_SIZES = {
    "KZ": 1_000 * 20 * 23,
    "KG": 1_000 * 9 * 23,
    "UZ": 1_000 * 20 * 23,
    "RU": 1_000 * 12**3,
    "CN": 10_000,
    "TJ": 70_000,
}
_SPREAD = 271_829

# Whose trucks stand at a post besides its own country's: the neighbour's, where it has a demo range.
_ABROAD = frozenset({"RU", "UZ", "CN", "KG", "KZ"})
_OWN_PERCENT = 60


def truck(index: int, country: str, neighbour: str, chance: DemoChance) -> dict[str, Any]:
    """The `vehicle` of a booking; the index makes it the only one."""
    other = neighbour if neighbour in _ABROAD else "KZ"
    flag = country if chance.percent(_OWN_PERCENT) else other
    drivers = [f"{chance.one_of(_FIRST)} {chance.one_of(_LAST)}"]
    if chance.percent(20):
        drivers.append(f"{chance.one_of(_FIRST)} {chance.one_of(_LAST)}")
    return {
        "country": flag,
        "plate": plate(flag, index),
        "vin": f"DEMTRUCKS{index % 100_000_000:08d}",
        "trailer": "",
        "phone": f"+99900{index % 10_000_000:07d}",
        "drivers": drivers,
    }


def plate(country: str, index: int) -> str:
    """A plate of the demo range of a country; neighbours in index look nothing alike."""
    index = index * _SPREAD % _SIZES.get(country, _SIZES["KZ"])
    number, series = index % 1_000, index // 1_000
    if country == "KG":
        return f"{series % 9 + 1:02d}KG{number:03d}DM{_LETTERS[series // 9]}"
    if country == "UZ":
        return f"{series % 20 + 1:02d}{number:03d}DM{_LETTERS[series // 20]}"
    if country == "RU":
        first, middle, last = series % 12, series // 12 % 12, series // 144
        return f"{_RUSSIAN[first]}{number:03d}{_RUSSIAN[middle]}{_RUSSIAN[last]}00"
    if country == "CN":
        return f"新DM{index:04d}"
    if country == "TJ":
        return f"{index % 10_000:04d}DM{index // 10_000 + 1:02d}"
    return f"{number:03d}DM{_LETTERS[series // 20]}{series % 20 + 1:02d}"
