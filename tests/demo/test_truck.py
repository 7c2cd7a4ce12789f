from __future__ import annotations

import pytest

from kezek.app.vehicle.phones import numbering_plan
from kezek.app.vehicle.plates import plate_formats
from kezek.demo.chance import DemoChance
from kezek.demo.truck import plate, truck
from kezek.domain.vehicle import phone as phones
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle import vin as vins
from kezek.domain.vehicle.reading import ReadingKind, read

COUNTRIES = ("KZ", "KG", "UZ", "TJ", "RU", "CN")


@pytest.mark.parametrize("country", COUNTRIES)
def test_plates_are_well_formed_and_of_a_demo_range(country: str):
    formats = plate_formats()
    for index in range(0, 60_000, 997):
        text = plate(country, index)
        assert plates.impossible(country, text) is None
        assert read(country, text, formats).how is ReadingKind.FITS
        assert text.endswith("00") if country == "RU" else "DM" in text


@pytest.mark.parametrize(("country", "different"), [("KZ", 60_000), ("KG", 60_000), ("UZ", 60_000)])
def test_a_demo_of_days_has_no_two_equal_plates(country: str, different: int):
    made = {plates.normalise(country, plate(country, index)) for index in range(different)}
    assert len(made) == different


def test_trucks_are_possible_and_visibly_invented():
    chance = DemoChance(1)
    for index in range(500):
        made = truck(index, "KZ", "Russia", chance)
        assert vins.impossible(made["vin"]) is None
        assert made["vin"].startswith("DEMTRUCKS")
        assert not phones.impossible(made["phone"], numbering_plan)
        assert made["phone"].startswith("+999"), "a code that no country has"
        assert made["drivers"]
        assert made["country"] in {"KZ", "RU"}


def test_the_same_seed_makes_the_same_trucks():
    one, two = DemoChance(7), DemoChance(7)
    made = [[truck(n, "KZ", "China", chance) for n in range(50)] for chance in (one, two)]
    assert made[0] == made[1]
