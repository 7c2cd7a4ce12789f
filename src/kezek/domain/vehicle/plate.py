"""Plates: their normal form, the impossible ones, and the part that the public may see.

One truck must not get two bookings because somebody typed a space, a hyphen or a Cyrillic letter.  A
driver must not be turned away because we do not know a format.  So the normal form is strict, only
impossible plates are refused, and everything else is a warning.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from kezek.domain.vehicle.spelling import fold

LENGTH_MIN = 2
LENGTH_MAX = (
    16  # the longest known format has 10 characters; the rest is room for what we do not know
)
TAIL = 3

_ASCII_PLATE = re.compile(r"[0-9A-Z]+")
# The countries with plates: ISO 3166-1 alpha-2, and XK, under which Kosovo registers.
_ISO_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA "
    "ZM ZW"
)
COUNTRIES = frozenset(_ISO_COUNTRIES.split())
# Countries in which a letter with a mark, or a nearly Latin Cyrillic letter, may distinguish two plates.
_MARKED = frozenset(
    {"BA", "DE", "DK", "EE", "FI", "HR", "HU", "IS", "ME", "MN", "NO", "RS", "SE", "SI"}
)
# Nearly Latin letters.  Ү is on every Kazakh, Kyrgyz and Mongolian keyboard, the others on hardly any.
_NEARLY = str.maketrans("ҮԚԜѴĐØŁ", "YQWVDOL")
_LATIN = re.compile(r"LATIN CAPITAL LETTER (?:[A-Z]|AE|ETH|THORN)(?: WITH .*)?")
_FLAG_IN_PART = re.compile(r"(\d{2})?KG(?=\d)", re.ASCII)
_KYRGYZ_WITH_FLAG = re.compile(r"(\d{2})KG(\d{3,4}[A-Z]{1,3})", re.ASCII)


class PlateFault(StrEnum):
    """Why no vehicle can carry this plate: stable codes, sentences are in the catalogues."""

    COUNTRY_SHAPE = "country_shape"
    EMPTY = "plate_empty"
    TOO_SHORT = "plate_too_short"
    TOO_LONG = "plate_too_long"
    CHARACTER = "plate_character"


def normalise(country: str, text: str) -> str:
    """The one spelling of a plate: upper case, no separators, Latin where Cyrillic looks the same.

    `country` is ISO 3166-1 alpha-2 in upper case.  Never fails: impossible characters stay, for
    `impossible` to name.  Applying it twice changes nothing.
    """
    plate = fold(text)
    if country not in _MARKED:
        plate = _unmarked(plate)
    if country == "KG":
        # Some people write the letters KG under the flag, others leave them out.
        found = _KYRGYZ_WITH_FLAG.fullmatch(plate)
        if found:
            return found[1] + found[2]
    return plate


def _unmarked(plate: str) -> str:
    """The plate without accents and other marks, which plates of most countries do not have."""
    if plate.isascii():
        return plate
    apart = unicodedata.normalize("NFD", plate)
    return fold("".join(c for c in apart if not unicodedata.combining(c)).translate(_NEARLY))


def searched(text: str) -> tuple[str, ...]:
    """The possible normal forms of a plate, or of a part of one, whose country is not known."""
    part = fold(text)
    unflagged = _FLAG_IN_PART.sub(r"\1", part, count=1) if _FLAG_IN_PART.match(part) else part
    return tuple(form for form in dict.fromkeys((part, unflagged, _unmarked(part))) if form)


def impossible(country: str, text: str) -> PlateFault | None:
    """Why no vehicle of the country can carry this plate, or None.  `text` may be raw or normal."""
    if country not in COUNTRIES:
        return PlateFault.COUNTRY_SHAPE
    plate = normalise(country, text)
    if not plate:
        return PlateFault.EMPTY
    if len(plate) > LENGTH_MAX:
        return PlateFault.TOO_LONG
    if not _ASCII_PLATE.fullmatch(plate) and not all(_on_a_plate(country, c) for c in plate):
        return PlateFault.CHARACTER
    if len(plate) < LENGTH_MIN:
        return PlateFault.TOO_SHORT
    return None


def _on_a_plate(country: str, character: str) -> bool:
    """Whether plates have the character: Latin and Cyrillic capitals and digits, in China also the
    characters of provinces and services.

    In international traffic a plate has Latin capitals and Arabic numerals (Convention on Road Traffic,
    Vienna 1968, annex 2).  At home plates may have Latin letters with marks (Germany, Serbia) or
    Cyrillic letters without a Latin twin (Mongolia), and Chinese trucks cross with domestic plates.
    Letters of phonetic alphabets look Latin and are on no plate.
    """
    if character.isascii():
        return character.isdigit() or "A" <= character <= "Z"
    if "\u4e00" <= character <= "\u9fff":
        return country == "CN"
    name = unicodedata.name(character, "")
    return bool(_LATIN.fullmatch(name)) or name.startswith("CYRILLIC CAPITAL LETTER ")


def mask(country: str, plate: str) -> str:
    """The end of a plate that the public may see: three characters, fewer when the plate is short.

    Of two characters at least one stays hidden, of more at least two, so no plate is ever shown whole.
    """
    normal = normalise(country, plate)
    return normal[-min(TAIL, max(1, len(normal) - 2)) :]
