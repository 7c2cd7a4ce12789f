"""The reading of a plate, so that a truck is recognised however its plate is spelled.

A plate that fits a known format of its country stays unchanged.  Another one is read with slips: a
look-alike may replace its twin at any place, the nation's letters may stand before or behind, and a zero
may be missing or added in front of the plate or of its region.  If exactly one reading fits, it is the
plate.  If none or several fit, the truck is identified by its VIN.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from kezek.domain.kernel.known import PlateFormat, PlateFormats
from kezek.domain.kernel.value import value
from kezek.domain.vehicle.plate import LENGTH_MAX, normalise

# Look-alikes that are written for each other.  The last three letters are in no known format.
_TWINS = dict(zip("OIBSZG018526", "018526OIBSZG", strict=True)) | {
    "Q": "0",
    "З": "3",
    "Ч": "4",
    "Б": "6",
}
_ZEROS = frozenset("0OQ")
# Combinations of slips (nation's letters, zero, look-alikes) in the order of trial: one, two, all three.
_SLIPS = (
    ((True, False, False), (False, True, False), (False, False, True)),
    ((True, True, False), (True, False, True), (False, True, True)),
    ((True, True, True),),
)
# The letters of a nation as drivers write them, in normal form: those of the sign on the truck
# (Convention on Road Traffic, Vienna 1968, annex 3), of ISO 3166-1, and Cyrillic ones.  Other nations
# have their ISO letters.
_NATIONS = {
    "AZ": ("AZE", "AZ"),
    "BY": ("BLR", "BY"),
    "CN": ("CHN", "CN"),
    "GE": ("GEO", "GE"),
    "KG": ("KGZ", "KG", "KS"),
    "KZ": ("KAZ", "KZ", "KЗ"),
    "RU": ("RUS", "RU", "PYC", "PУC"),
    "TJ": ("TJK", "TJ"),
    "TM": ("TKM", "TM"),
    "TR": ("TUR", "TR"),
    "UZ": ("UZB", "UZ", "УЗ"),
}


class ReadingKind(StrEnum):
    """How a plate was read: it fits, it was corrected, none or several readings fit, no known format."""

    FITS = "fits"
    ANEW = "anew"
    NONE = "none"
    SEVERAL = "several"
    UNKNOWN = "unknown"


@value(frozen=True, slots=True)
class Reading:
    """`plate` is the reading that the claim uses; `typed` is the written plate.  Both in normal form."""

    plate: str
    typed: str
    how: ReadingKind

    @property
    def anew(self) -> bool:
        """Whether the reading differs from the written plate, which must then be shown."""
        return self.how is ReadingKind.ANEW


def read(country: str, text: str, formats: PlateFormats) -> Reading:
    """The reading of a possible plate of a country.  Reading a reading changes nothing."""
    plate = normalise(country, text)
    form = formats.get(country)
    if form is None:
        return Reading(plate, plate, ReadingKind.UNKNOWN)
    if form.pattern.fullmatch(plate):
        return Reading(plate, plate, ReadingKind.FITS)
    found = readings(country, plate, form)
    if len(found) == 1:
        return Reading(found[0], plate, ReadingKind.ANEW)
    return Reading(plate, plate, ReadingKind.SEVERAL if found else ReadingKind.NONE)


def readings(country: str, plate: str, form: PlateFormat) -> list[str]:
    """Every plate of the country's formats that a plate in normal form may stand for, in order.

    As few of the three kinds of slip as possible: if one kind suffices, no second one is tried.
    """
    if len(plate) > LENGTH_MAX:
        return []
    for slips in _SLIPS:
        found: set[str] = set()
        for lettered, zero, twin in slips:
            for bare in _bare(country, plate) if lettered else (plate,):
                for text in _zeroed(bare) if zero else (bare,):
                    found |= _fitting(text, form, twin=twin)
        if found:
            return sorted({normalise(country, text) for text in found})
    return []


def _fitting(text: str, form: PlateFormat, *, twin: bool) -> set[str]:
    """The text if it fits; with `twin`, look-alikes replace characters that their place cannot have."""
    if not twin:
        return {text} if form.pattern.fullmatch(text) else set()
    found: set[str] = set()
    for shape in form.shapes:
        if len(shape) == len(text):
            row = [
                c if c in place else _TWINS.get(c, "") for c, place in zip(text, shape, strict=True)
            ]
            if all(c in place for c, place in zip(row, shape, strict=True)):
                found.add("".join(row))
    return found


def abroad(country: str, plate: str, formats: PlateFormats) -> bool:
    """Whether the spelling fits a known format of another country."""
    return any(f.pattern.fullmatch(plate) for c, f in formats.items() if c != country)


def spellings(text: str, formats: PlateFormats) -> Iterator[str]:
    """Every plate that a text of an unknown country may stand for."""
    for country, form in formats.items():
        plate = normalise(country, text)
        if not form.pattern.fullmatch(plate):
            yield from readings(country, plate, form)


def twins(part: str) -> tuple[str, str]:
    """A part of a plate with every look-alike as a digit, and with every one as a letter."""
    digits = (_TWINS.get(c, c) if not c.isdigit() else c for c in part)
    letters = (_TWINS.get(c, c) if c.isdigit() else c for c in part)
    return "".join(digits), "".join(letters)


def trailer(country: str, text: str, formats: PlateFormats) -> str:
    """A trailer's plate without the nation's letters if the rest fits a known format, else as written.

    Nothing else is guessed, because trailers claim nothing and not every country's format is known.
    """
    plate = normalise(country, text)
    form = formats.get(country)
    if form is None or form.pattern.fullmatch(plate):
        return plate
    bare = {normalise(country, b) for b in _bare(country, plate) if form.pattern.fullmatch(b)}
    return bare.pop() if len(bare) == 1 else plate


def _bare(country: str, plate: str) -> Iterator[str]:
    """The plate without the nation's letters at one end."""
    for letters in _NATIONS.get(country, (country,)):
        if plate.startswith(letters):
            yield plate.removeprefix(letters)
        if plate.endswith(letters):
            yield plate.removesuffix(letters)


def _zeroed(plate: str) -> Iterator[str]:
    """The plate with a zero added or removed in front of it or of its region.

    A region at the end has one to three digits, so its zero stands one to three places before the end.
    """
    yield f"0{plate}"
    if plate[:1] in _ZEROS:
        yield plate[1:]
    yield f"{plate[:-1]}0{plate[-1:]}"
    for before in (2, 3):
        if len(plate) > before and plate[-before] in _ZEROS:
            yield plate[:-before] + plate[1 - before :]
