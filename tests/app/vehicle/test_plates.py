from __future__ import annotations

import csv

import pytest

from kezek.app.checkpoint.network import shipped
from kezek.app.vehicle.plates import plate_formats, registration_countries
from kezek.domain.vehicle.plate import COUNTRIES, impossible
from kezek.domain.vehicle.plate_format import shapes_of
from kezek.domain.vehicle.reading import ReadingKind, read


def test_every_example_of_the_table_fits_a_format_of_its_country():
    rows = list(csv.DictReader(shipped("plate_formats.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 31
    examples = [(row["country"], row["example"]) for row in rows if row["example"]]
    assert len(examples) >= 15
    for country, example in examples:
        assert impossible(country, example) is None
        assert read(country, example, plate_formats()).how is ReadingKind.FITS


def test_an_unknown_format_is_doubted_only_where_formats_are_known():
    assert read("KZ", "XYZ", plate_formats()).how is ReadingKind.NONE
    assert read("TR", "34AB1234", plate_formats()).how is ReadingKind.UNKNOWN
    assert "TR" not in plate_formats()


def test_plates_of_the_region_are_known():
    for country, text in [("KZ", "777 авс 01"), ("KG", "01 KG 123 ABC"), ("CN", "新A·12345")]:
        assert read(country, text, plate_formats()).how is ReadingKind.FITS


def test_a_pattern_is_read_place_by_place():
    assert {"".join(map(min, shape)) for shape in shapes_of(r"^A(KG)?\d{1,2}(0[1-9]|20)$")} == {
        "A001", "A020", "A0001", "A0020", "AKG001", "AKG020", "AKG0001", "AKG0020",
    }  # fmt: skip


@pytest.mark.parametrize("pattern", ["A", "^A.$", "^(A$", "^A)$", "^A+$", "^[^A]$", "^[А-Я]$"])
def test_a_pattern_that_says_more_is_our_own_mistake(pattern):
    with pytest.raises(ValueError, match=r"pattern|group"):
        shapes_of(pattern)


def test_countries_of_registration_are_countries_each_once_those_of_the_region_first():
    found = registration_countries()
    assert found[:3] == ("KZ", "KG", "UZ")
    assert len(set(found)) == len(found)
    assert set(found) <= COUNTRIES
