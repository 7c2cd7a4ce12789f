"""Names of countries: from a code in any language, and from written names to codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from kezek.domain.checkpoint.checkpoint import SEA
from kezek.domain.checkpoint.search import search_key
from kezek.domain.vehicle.plate import COUNTRIES

# The name of the neighbour that is no country in files of the network.
_SEA_WORDS = "(Caspian Sea)"
# Names in the region's sources that CLDR does not have.
_ALSO: Mapping[str, str] = {"Kyrgyz Republic": "KG", "Turkey": "TR", "Czech Republic": "CZ"}


def locale_of(tag: str) -> Locale | None:
    """The locale of a language tag with underscores or hyphens; None where CLDR has none."""
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=4096)
def country_name(code: str, language: str) -> str:
    """The name of a country in a language; its code where CLDR has no name."""
    locale = locale_of(language)
    return str(locale.territories.get(code, code)) if locale else code


def country_names(code: str, languages: Iterable[str]) -> list[str]:
    """The names of a country in these languages, in English and in its own languages."""
    if code not in COUNTRIES:
        return [english_name(code)] if code else []
    asked = dict.fromkeys(["en", *languages, *official_languages(code)])
    return [country_name(code, language) for language in asked if locale_of(language)]


@cache
def official_languages(code: str) -> tuple[str, ...]:
    """The languages of a country by their tags, the most spoken first."""
    return tuple(get_official_languages(code, de_facto=True))


def english_name(code: str) -> str:
    """The English name of a neighbour, as the API and the terminal call it; empty for none."""
    if code == SEA:
        return _SEA_WORDS
    return country_name(code, "en") if code in COUNTRIES else code


def country_code(text: str) -> str | None:
    """The code of a neighbour that is written as a code or by its English name; None for neither."""
    if not text or text in COUNTRIES or text == SEA:
        return text
    return SEA if text == _SEA_WORDS else _by_english_name().get(search_key(text))


@cache
def _by_english_name() -> Mapping[str, str]:
    named = {search_key(country_name(code, "en")): code for code in COUNTRIES}
    return {**named, **{search_key(name): code for name, code in _ALSO.items()}}
