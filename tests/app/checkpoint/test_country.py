"""Countries by code, and by what people write for them."""

from __future__ import annotations

import pytest
from babel import Locale

from kezek.app.checkpoint.country import country_code, country_names, english_name, locale_of
from kezek.domain.vehicle.plate import COUNTRIES

# What CLDR knows besides: parts of countries, unions, codes that ISO 3166 gives to no country.
NOT_ISO = {
    *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"),
}


def test_the_countries_of_plates_are_those_of_cldr():
    known = {code for code in Locale("en").territories if len(code) == 2 and code.isalpha()}
    assert known - NOT_ISO == set(COUNTRIES)


@pytest.mark.parametrize("code", ["CN", "KG", "RU", "TM", "UZ", "SEA", ""])
def test_a_neighbour_is_read_again_by_its_english_name(code: str):
    assert country_code(english_name(code)) == code
    assert country_code(code) == code


def test_what_is_no_country_has_no_code():
    assert [country_code(text) for text in ("Chnia", "ZZ", "kz")] == [None, None, None]


def test_a_country_is_called_by_its_name_in_each_language_and_its_own():
    assert set(country_names("KG", ["ru", "zh_Hans"])) == {
        "Kyrgyzstan", "Киргизия", "吉尔吉斯斯坦", "Кыргызстан",
    }  # fmt: skip
    assert country_names("SEA", ["ru"]) == ["(Caspian Sea)"]
    assert country_names("", ["ru"]) == []


def test_a_tag_that_cldr_does_not_know_has_no_locale():
    assert [locale_of(tag) for tag in ("xx", "", "1", "a" * 300)] == [None] * 4
