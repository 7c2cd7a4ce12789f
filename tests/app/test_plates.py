from __future__ import annotations

import csv

from kezek.app.network import shipped
from kezek.app.plates import plate_formats
from kezek.domain.vehicle.plate import impossible, known_format, normalise


def test_every_example_of_the_table_fits_a_format_of_its_country():
    rows = list(csv.DictReader(shipped("plate_formats.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 31
    examples = [(row["country"], row["example"]) for row in rows if row["example"]]
    assert len(examples) >= 15
    for country, example in examples:
        assert impossible(country, example) is None
        assert known_format(country, normalise(country, example), plate_formats())


def test_an_unknown_format_is_doubted_only_where_formats_are_known():
    assert not known_format("KZ", "XYZ", plate_formats())
    assert known_format("TR", "34AB1234", plate_formats())
    assert "TR" not in plate_formats()


def test_plates_of_the_region_are_known():
    for country, text in [("KZ", "777 авс 01"), ("KG", "01 KG 123 ABC"), ("CN", "新A·12345")]:
        assert known_format(country, normalise(country, text), plate_formats())
