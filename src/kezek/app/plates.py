"""The plate formats that ship with the package, ready for the domain's soft check."""

from __future__ import annotations

import re
from functools import cache

from kezek.app.network import shipped
from kezek.app.table import Row, read_table
from kezek.domain.vehicle.plate import PlateFormats

_COLUMNS = frozenset(
    ["country", "class", "format", "regex_compact", "example", "source", "confidence", "notes"]
)


@cache
def plate_formats() -> PlateFormats:
    """Patterns for whole plates in normal form, by country; formats without a source are left out.

    Countries of which no format is known are absent.  A fault in the shipped file is our own mistake.
    """
    checked = read_table(shipped("plate_formats.csv"), _parse, required=_COLUMNS)
    assert not checked.problems, checked.problems
    formats: dict[str, tuple[re.Pattern[str], ...]] = {}
    for country, pattern in checked.rows:
        if pattern:
            # ASCII, because \d would otherwise also mean the digits of other scripts.
            formats[country] = (*formats.get(country, ()), re.compile(pattern, re.ASCII))
    return formats


def _parse(row: Row) -> tuple[str, str]:
    pattern = row.optional("regex_compact")
    if pattern:
        row.text("source")  # a format that nobody vouches for is not ours to check by
    return row.text("country"), pattern or ""
