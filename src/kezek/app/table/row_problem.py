"""Faults of files from outside; `i18n.row_problem` has their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

PROBLEMS_MAX = 1_000  # more do not help anybody, and a hostile file could hold millions
_SHOWN_MAX = 80  # characters of a wrong value that a report repeats
_READINGS_MAX = 4  # of an ambiguous value


class RowReason(StrEnum):
    """The kind of a fault of a file or a row: stable codes."""

    FILE_UNREADABLE = "file_unreadable"
    FILE_TOO_LARGE = "file_too_large"
    FILE_EMPTY = "file_empty"
    NUL_BYTE = "nul_byte"
    NOT_UTF8 = "not_utf8"
    ENCODING_UNKNOWN = "encoding_unknown"
    WORKBOOK = "workbook"
    CSV_BROKEN = "csv_broken"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_UNNAMED = "column_unnamed"
    COLUMN_TWICE = "column_twice"
    ROW_WIDTH = "row_width"
    VALUE_MISSING = "value_missing"
    VALUE_UNEXPECTED = "value_unexpected"
    DIRECTION_TURNED = "direction_turned"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_TWICE = "value_twice"
    NUMBER_WRONG = "number_wrong"
    NUMBER_NEGATIVE = "number_negative"
    NUMBER_TOO_LARGE = "number_too_large"
    DATE_WRONG = "date_wrong"
    VALUE_AMBIGUOUS = "value_ambiguous"
    HOUR_SKIPPED = "hour_skipped"
    ID_WRONG = "id_wrong"
    COUNTRY_WITHOUT_ZONE = "country_without_zone"
    LANGUAGE_UNKNOWN = "language_unknown"
    COUNTRY_UNKNOWN = "country_unknown"
    ZONE_UNKNOWN = "zone_unknown"
    COORDINATE_ALONE = "coordinate_alone"
    CHECKPOINT_UNKNOWN = "checkpoint_unknown"
    CLOSED_WITH_NUMBERS = "closed_with_numbers"
    DAY_MISSING = "day_missing"
    ROWS_TOO_MANY = "rows_too_many"
    PROBLEMS_TOO_MANY = "problems_too_many"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One fault.  `line` counts from 1, 0 is the whole file; `column` may be empty.

    `readings` are what an ambiguous value can mean, in the order of the reports.
    """

    file: str
    line: int
    column: str
    reason: RowReason
    value: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """The rows of a faultless file, or no rows and all faults."""

    rows: tuple[T, ...]
    problems: tuple[RowProblem, ...]


@dataclass(slots=True)
class Faults:
    """The faults found in one file so far."""

    file: str
    found: list[RowProblem] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.found) > PROBLEMS_MAX

    def add(
        self,
        line: int,
        column: str,
        reason: RowReason,
        value: str = "",
        readings: Sequence[str] = (),
    ) -> None:
        if len(self.found) < PROBLEMS_MAX:
            read = tuple(_shown(one) for one in readings[:_READINGS_MAX])
            self.found.append(
                RowProblem(self.file, line, _shown(column), reason, _shown(value), read)
            )
        elif not self.full:
            self.found.append(RowProblem(self.file, line, "", RowReason.PROBLEMS_TOO_MANY, ""))

    def close(self, rows: Sequence[T]) -> Checked[T]:
        return Checked((), tuple(self.found)) if self.found else Checked(tuple(rows), ())


def _shown(value: str) -> str:
    """The beginning of a wrong value, safe to print on a terminal."""
    cut = value[:_SHOWN_MAX]
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut)
