"""Names of places from files: a table of their own, or columns such as `name_kk` beside a checkpoint."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

from kezek.app.checkpoint.country import locale_of
from kezek.app.table.row_problem import Checked, RowReason
from kezek.app.table.table import CsvRow, Source, read_table
from kezek.domain.checkpoint.place_name import OPPOSITE, OWN, SIDES, PlaceName

NAME_MAX = 80  # characters; the longest shipped name has 48
_TAG_MAX = 35
_REQUIRED = frozenset(["id", "side", "language", "name"])
# Columns about the source of a name, for people; the program does not use them.
_OPTIONAL = frozenset(["basis", "source", "rule"])
_COLUMN = re.compile(r"(name|opposite_post)_([A-Za-z]{2,3}(?:_[A-Za-z0-9]{2,8})*)")
# Bidirectional controls, with which two different names could look the same.
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


class NameColumns:
    """The columns `name_<language>` and `opposite_post_<language>` of a table of checkpoints."""

    def __contains__(self, column: object) -> bool:
        return isinstance(column, str) and _column(column) is not None


def names_in_row(row: CsvRow, place: str) -> tuple[PlaceName, ...]:
    """The names that a row of a table of checkpoints gives in its columns."""
    found: dict[tuple[str, str], PlaceName] = {}
    for column in row.cells:
        read = _column(column)
        name = _name(row, column) if read else None
        if read and name:
            if read in found:
                row.fault(column, RowReason.VALUE_TWICE)
            found[read] = PlaceName(place, *read, name)
    return tuple(found.values())


def read_names(file: Source, known: Collection[str]) -> Checked[PlaceName]:
    """All names of a file, or all its problems.  `known` are the checkpoints that may be named."""
    seen: set[tuple[str, str, str]] = set()

    def parse(row: CsvRow) -> PlaceName:
        place = row.text("id")
        if place and place not in known:
            row.fault("id", RowReason.CHECKPOINT_UNKNOWN)
        side, tag = row.one_of("side", SIDES), row.text("language")
        language = language_tag(tag)
        if tag and language is None:
            row.fault("language", RowReason.LANGUAGE_UNKNOWN)
        name = PlaceName(place, side, language or "", _name(row, "name") or "")
        if all(name.key) and name.key in seen:
            row.fault("name", RowReason.VALUE_TWICE)
        seen.add(name.key)
        return name

    return read_table(file, parse, required=_REQUIRED, optional=_OPTIONAL)


@lru_cache(maxsize=1024)
def language_tag(text: str) -> str | None:
    """A language tag in stored form, such as `uz_Latn`; None for tags that CLDR does not know."""
    locale = locale_of(text) if len(text) <= _TAG_MAX else None
    return str(locale) if locale else None


@lru_cache(maxsize=1024)
def _column(column: str) -> tuple[str, str] | None:
    """The side and the language of a column of names."""
    found = _COLUMN.fullmatch(column)
    language = language_tag(found[2]) if found else None
    if not found or language is None:
        return None
    return OWN if found[1] == "name" else OPPOSITE, language


def _name(row: CsvRow, column: str) -> str | None:
    name = row.text(column) if column in _REQUIRED else row.optional(column)
    if any(unicodedata.bidirectional(sign) in _TURNING for sign in row.cells[column]):
        row.fault(column, RowReason.DIRECTION_TURNED)
    if not name:
        return None
    if len(name) > NAME_MAX:
        row.fault(column, RowReason.VALUE_TOO_LONG)
    elif not any(c.isalnum() for c in name):
        row.fault(column, RowReason.VALUE_UNEXPECTED)
    return name


def merged(*sources: Sequence[PlaceName]) -> tuple[PlaceName, ...]:
    """Each name once; of two sources for one place and language the earlier one wins."""
    found: dict[tuple[str, str, str], PlaceName] = {}
    for names in sources:
        for name in names:
            found.setdefault(name.key, name)
    return tuple(found.values())
