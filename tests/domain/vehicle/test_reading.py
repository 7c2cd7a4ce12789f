"""One truck is one truck: what is read of a plate, and what never becomes one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.app.vehicle.plates import plate_formats
from kezek.domain.vehicle.plate import impossible, normalise
from kezek.domain.vehicle.reading import (
    ReadingKind,
    abroad,
    read,
    readings,
    spellings,
    trailer,
    twins,
)

FORMATS = plate_formats()
# China has 20,000 characters for one place: put in order once.
SHAPES = {
    country: [[sorted(place) for place in shape] for shape in form.shapes]
    for country, form in FORMATS.items()
}


@st.composite
def known_plates(draw: st.DrawFn) -> tuple[str, str]:
    """A country and a plate of one of its known formats."""
    country = draw(st.sampled_from(sorted(SHAPES)))
    shape = draw(st.sampled_from(SHAPES[country]))
    return country, "".join(draw(st.sampled_from(place)) for place in shape)


@pytest.mark.parametrize(
    ("country", "text", "plate"),
    [
        ("KZ", "12OABC02", "120ABC02"),
        ("KZ", "I20ABC02", "120ABC02"),
        ("KZ", "12ЗABC02", "123ABC02"),
        ("KZ", "7О1 ААА О2", "701AAA02"),
        ("KZ", "KZ 701 AAA 02", "701AAA02"),
        ("KZ", "КЗ 701 ААА 02", "701AAA02"),
        ("KZ", "701 AAA 02 kz", "701AAA02"),
        ("KZ", "KAZ7O1AAA2", "701AAA02"),
        ("KZ", "0701AAA02", "701AAA02"),
        ("KZ", "01AAA02", "001AAA02"),
        ("KZ", "701AAA2", "701AAA02"),
        ("KZ", "701AAA002", "701AAA02"),
        ("KG", "KG 01 123 ABC", "01123ABC"),
        ("KG", "1KG123ABC", "01123ABC"),
        ("UZ", "UZ 01 A 123 BC", "01A123BC"),
        ("UZ", "1A123BC", "01A123BC"),
        ("RU", "A123BC77 RUS", "A123BC77"),
        ("RU", "А123ВС77 РУС", "A123BC77"),
        ("RU", "A123BC077", "A123BC77"),
        ("TJ", "TJ1234AB01", "1234AB01"),
        ("TM", "TM AB1234AG", "AB1234AG"),
        ("BY", "BY AB 1234-5", "AB12345"),
        ("BY", "AB1234-05", "AB12345"),
        ("AZ", "10-AB-123 AZ", "10AB123"),
        ("GE", "GEO AB-123-AB", "AB123AB"),
        ("CN", "沪A1234O", "沪A12340"),
    ],
)
def test_a_slip_is_read_as_the_plate_that_is_meant(country, text, plate):
    reading = read(country, text, FORMATS)
    assert (reading.plate, reading.how) == (plate, ReadingKind.ANEW)
    assert reading.typed == normalise(country, text)


@pytest.mark.parametrize(
    ("country", "text", "how"),
    [
        ("KZ", "701 AAA 02", ReadingKind.FITS),
        ("KZ", "H123402", ReadingKind.FITS),
        ("TJ", "H123402", ReadingKind.FITS),
        ("KZ", "XYZ", ReadingKind.NONE),
        ("KZ", "701AAA99", ReadingKind.NONE),
        ("KZ", "70184A02", ReadingKind.NONE),  # a 4 is no letter's twin
        ("TR", "34 AB 1234", ReadingKind.UNKNOWN),
        ("DE", "M-AB 1234", ReadingKind.UNKNOWN),
    ],
)
def test_what_stands_as_it_is_or_cannot_be_told(country, text, how):
    reading = read(country, text, FORMATS)
    assert (reading.how, reading.plate) == (how, normalise(country, text))


def test_several_readings_are_none():
    assert len(readings("KZ", "701AAA2", FORMATS["KZ"])) == 1
    # A zero may be lost in front or in the region.
    assert readings("TJ", "0123AB1", FORMATS["TJ"]) == ["0123A81", "0123AB01"]
    assert read("TJ", "0123AB1", FORMATS).how is ReadingKind.SEVERAL


@given(known_plates())
def test_a_plate_of_a_known_format_is_folded_no_further(known):
    country, plate = known
    reading = read(country, plate, FORMATS)
    assert (reading.plate, reading.how) == (normalise(country, plate), ReadingKind.FITS)


@given(known_plates(), known_plates())
def test_no_two_plates_of_known_formats_become_one(one, other):
    """Inside a country or across: claims hold the country beside the plate."""
    if (one[0], normalise(*one)) != (other[0], normalise(*other)):
        assert (one[0], read(*one, FORMATS).plate) != (other[0], read(*other, FORMATS).plate)


@given(st.sampled_from(sorted(FORMATS)), st.text("0123456789OIBSZGАВЗKZRUSTJQY沪", max_size=12))
def test_reading_a_reading_changes_nothing(country, text):
    reading = read(country, text, FORMATS)
    again = read(country, reading.plate, FORMATS)
    assert again.plate == reading.plate
    assert (again.how is ReadingKind.FITS) == (reading.how in (ReadingKind.FITS, ReadingKind.ANEW))


@given(known_plates())
def test_the_nations_letters_change_no_known_plate(known):
    country, plate = known
    for text in (f"{country} {plate}", f"{plate} {country}"):
        reading = read(country, text, FORMATS)
        # Unless the longer text is a plate itself, or several plates can be meant.
        expected = (ReadingKind.FITS, ReadingKind.SEVERAL)
        assert reading.plate == normalise(country, plate) or reading.how in expected


@given(known_plates())
def test_a_search_finds_a_plate_by_its_slips(known):
    country, plate = known
    normal = normalise(country, plate)
    assert normal in {*spellings(f"{country}{plate}", FORMATS), normal}
    assert twins(normal)[0].isalnum()


@pytest.mark.parametrize("region", ["077", "099", "001"])
def test_a_three_digit_russian_region_begins_with_no_zero(region):
    assert read("RU", f"A123BC{region}", FORMATS).plate == f"A123BC{region[1:]}"


def test_a_spelling_of_two_countries_is_known_to_be_one_abroad():
    assert abroad("TR", "701AAA02", FORMATS)
    assert not abroad("TR", "34AB1234", FORMATS)


@pytest.mark.parametrize(
    ("country", "text", "plate"),
    [
        ("RU", "RUS AB 1234 77", "AB123477"),
        ("KG", "KG 05 KG 997 PA", "05997PA"),
        ("KZ", "12ABC02", "12ABC02"),
        ("KZ", "45 ABC 2", "45ABC2"),
    ],
)
def test_of_a_trailer_only_the_nations_letters_are_cut(country, text, plate):
    assert trailer(country, text, FORMATS) == plate


def test_every_shape_is_a_possible_plate():
    for country, form in FORMATS.items():
        for shape in form.shapes:
            plate = "".join(min(place) for place in shape)
            assert form.pattern.fullmatch(plate)
            assert impossible(country, plate) is None
