"""The shipped data about plates: their formats, and the countries of registration for forms."""

from __future__ import annotations

from functools import cache

from kezek.app.checkpoint.network import shipped
from kezek.app.table.table import CsvRow, read_table
from kezek.domain.kernel.known import PlateFormats
from kezek.domain.vehicle.plate_format import plate_format

_COLUMNS = frozenset(
    ["country", "class", "format", "regex_compact", "example", "source", "confidence", "notes"]
)


@cache
def plate_formats() -> PlateFormats:
    """Formats of whole plates in normal form, by country; formats without a source are left out.

    Countries of which no format is known are absent.  A fault in the shipped file is our own mistake.
    """
    checked = read_table(shipped("plate_formats.csv"), _parse, required=_COLUMNS)
    assert not checked.problems, checked.problems
    patterns: dict[str, list[str]] = {}
    for country, pattern in checked.rows:
        if pattern:
            patterns.setdefault(country, []).append(pattern)
    return {country: plate_format(of) for country, of in patterns.items()}


@cache
def registration_countries() -> tuple[str, ...]:
    """Countries whose trucks are seen at these borders, the most frequent first, as forms offer them."""
    file = shipped("registration_countries.csv")
    checked = read_table(file, lambda row: row.text("country"), required=frozenset(["country"]))
    assert not checked.problems, checked.problems
    return checked.rows


def _parse(row: CsvRow) -> tuple[str, str]:
    pattern = row.optional("regex_compact")
    if pattern:
        row.text("source")  # a format without a source is not used
    return row.text("country"), pattern or ""
