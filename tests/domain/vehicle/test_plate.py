from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.vehicle.plate import (
    PlateFault,
    impossible,
    mask,
    normalise,
    searched,
)

COUNTRIES = st.sampled_from(["KZ", "KG", "UZ", "RU", "CN", "DE"])


@pytest.mark.parametrize(
    ("country", "text", "plate"),
    [
        ("KZ", "777 abc 01", "777ABC01"),
        ("KZ", "777-ABC-01", "777ABC01"),
        ("KZ", "777АВС01", "777ABC01"),  # Cyrillic letters
        ("KZ", "777авс01", "777ABC01"),
        ("KZ", "７７７ＡＢＣ０１", "777ABC01"),  # full width
        ("KZ", "777\u200bABC\u00a001", "777ABC01"),  # invisible and no-break space
        ("KZ", "777–ABC—01", "777ABC01"),
        ("KZ", "٧٧٧ABC01", "777ABC01"),
        ("RU", "а123вс 77", "A123BC77"),
        ("BY", "АІ 1234-5", "AI12345"),
        ("KG", "01 KG 123 ABC", "01123ABC"),
        ("KG", "01 123 ABC", "01123ABC"),
        ("KG", "01KG711AB", "01711AB"),
        ("KG", "KG01", "KG01"),
        ("UZ", "01KG123ABC", "01KG123ABC"),  # only Kyrgyz plates have the flag
        ("CN", "沪A·12345", "沪A12345"),
        ("CN", "新a-12345挂", "新A12345挂"),
        ("MN", "1234 УБА", "1234YБA"),
        ("DE", "aö-b 123", "AÖB123"),
        ("KZ", "123ÁBC02", "123ABC02"),
        ("KZ", "123авё02", "123ABE02"),
        ("KZ", "123ҮCX02", "123YCX02"),  # on every Kazakh keyboard
        ("RU", "Ԝ123ØĐ77", "W123OD77"),
        ("MN", "1234 УҮА", "1234YҮA"),  # two letters of two plates
        ("KZ", "", ""),
        ("KZ", " - ", ""),
    ],
)
def test_one_spelling(country, text, plate):
    assert normalise(country, text) == plate


@pytest.mark.parametrize(
    ("country", "text", "fault"),
    [
        ("KZ", "777ABC01", None),
        ("KZ", "777 авс 01", None),
        ("CN", "沪A12345", None),
        ("DE", "AÖ-B 123", None),
        ("MN", "1234 УБӨ", None),
        ("TR", "34 AB 1234", None),
        ("KZ", "A1", None),
        ("KZ", "A" * 16, None),
        ("kz", "777ABC01", PlateFault.COUNTRY_SHAPE),
        ("KAZ", "777ABC01", PlateFault.COUNTRY_SHAPE),
        ("XX", "777ABC01", PlateFault.COUNTRY_SHAPE),
        ("SU", "777ABC01", PlateFault.COUNTRY_SHAPE),
        ("XK", "01 123 AB", None),
        ("", "777ABC01", PlateFault.COUNTRY_SHAPE),
        ("К1", "777ABC01", PlateFault.COUNTRY_SHAPE),
        ("KZ\n", "777ABC01", PlateFault.COUNTRY_SHAPE),
        ("KZ", "", PlateFault.EMPTY),
        ("KZ", " .-", PlateFault.EMPTY),
        ("KZ", "7", PlateFault.TOO_SHORT),
        ("KZ", "A" * 17, PlateFault.TOO_LONG),
        ("KZ", "777ABC\x00", PlateFault.CHARACTER),
        ("KZ", "777/ABC", PlateFault.CHARACTER),
        ("KZ", "<b>777", PlateFault.CHARACTER),
        ("KZ", "沪A12345", PlateFault.CHARACTER),
        ("CN", "🚚A12345", PlateFault.CHARACTER),
        ("KZ", "123ɑBC02", PlateFault.CHARACTER),  # alpha of the phonetic alphabet
        ("DE", "B-ⱯB 123", PlateFault.CHARACTER),
        ("RS", "BG 123-ČĐ", None),
        ("IR", "۱۲ع۳۴۵", PlateFault.CHARACTER),
        ("KZ", "777\ud800", PlateFault.CHARACTER),
    ],
)
def test_impossible(country, text, fault):
    assert impossible(country, text) == fault


@pytest.mark.parametrize(
    ("country", "plate", "shown"),
    [
        ("KZ", "927PK06", "K06"),
        ("KZ", "927 pk 06", "K06"),
        ("CN", "沪A12345", "345"),
        ("KZ", "ABCDE", "CDE"),
        ("KZ", "ABCD", "CD"),
        ("KZ", "ABC", "C"),
        ("KZ", "AB", "B"),
    ],
)
def test_mask(country, plate, shown):
    assert mask(country, plate) == shown


@given(COUNTRIES, st.text(max_size=40))
def test_folding_twice_changes_nothing(country, text):
    once = normalise(country, text)
    assert normalise(country, once) == once
    assert impossible(country, once) == impossible(country, text)


@given(COUNTRIES, st.text(alphabet="0123456789ABCEHKMOPTXY", min_size=2, max_size=12), st.data())
def test_separators_case_and_alphabet_never_make_another_plate(country, plate, data):
    twin = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
    typed = "".join(
        data.draw(st.sampled_from([c, c.lower(), c.translate(twin), c.translate(twin).lower()]))
        + data.draw(st.sampled_from(["", " ", "-", ".", "\t", "\u2011"]))
        for c in plate
    )
    assert normalise(country, typed) == normalise(country, plate)
    assert impossible(country, typed) is None


@given(COUNTRIES, st.text(alphabet="0123456789ABCEHKMOPTXY", min_size=2, max_size=16))
def test_a_mask_never_shows_the_whole_plate(country, plate):
    normal = normalise(country, plate)
    shown = mask(country, plate)
    assert 1 <= len(shown) <= 3
    assert len(shown) < len(normal)
    assert normal.endswith(shown)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("01KG123ABC", ("01KG123ABC", "01123ABC")),
        ("AÖB 123", ("AÖB123", "AOB123")),
        ("01 kg 12", ("01KG12", "0112")),
        ("KG123", ("KG123", "123")),
        ("123ABC02", ("123ABC02",)),
        ("01KGB", ("01KGB",)),  # those letters are the plate's own
        (" - ", ()),
    ],
)
def test_a_search_finds_what_the_normal_form_has_left_out(text, forms):
    assert searched(text) == forms


@given(st.from_regex(r"\d{2}KG\d{3,4}[A-Z]{1,3}", fullmatch=True).filter(str.isascii))
def test_a_kyrgyz_plate_is_found_as_it_is_painted(plate):
    assert normalise("KG", plate) in searched(plate)
