"""Loads a history from a CSV file: repairs are counted, faults are named by line and field."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from kezek.planning.history.load.repeated_hour import folds
from kezek.planning.history.load.slips import (
    BEYOND_USUAL,
    slipped_stamps,
    slipped_values,
)
from kezek.planning.history.series import Repairs, Series, WaitHistory

PROBLEMS_MAX = 20
VALUE_MAX = 1e9
YEARS = (1950, 2200)


@dataclass(frozen=True)
class HistoryColumns:
    """Which columns of a file hold the stamp, the value and the series' name."""

    time: str
    value: str
    series: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellProblem:
    """A fault of one cell.  `line` counts from 1, the header's line."""

    line: int
    column: str
    sentence: str


class BadHistory(Exception):
    """A file that holds no history.  `problems` name at most `PROBLEMS_MAX` faults of its rows."""

    def __init__(self, sentence: str, problems: Sequence[CellProblem] = ()) -> None:
        super().__init__(sentence)
        self.problems = tuple(problems)


class UnknownColumn(Exception):
    """A column that the file does not have."""


@dataclass
class _CellFound:
    """What has been read of one series so far."""

    at: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    # Rows in an hour that comes twice: index, local stamp, and the instant of the second pass.
    twice: list[tuple[int, datetime, int]] = field(default_factory=list)


def load_history(path: Path, columns: HistoryColumns, zone: str | None) -> WaitHistory:
    """The history in a file.

    `zone` is the time zone of stamps without an offset, and of hours of the day.  A file whose stamps
    have an offset needs none; its hours are then those of UTC.
    Raises `BadHistory`, `UnknownColumn`, or `OSError` when the file cannot be opened.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        try:
            return _Reader(path, columns, zone).read(csv.reader(lines, strict=True))
        except csv.Error as fault:
            raise BadHistory(f"{path} is not a CSV file: {fault}.") from None
        except UnicodeDecodeError as fault:
            raise BadHistory(f"{path} is not a CSV file in UTF-8: {fault}.") from None


class _Reader:
    def __init__(self, path: Path, columns: HistoryColumns, zone: str | None) -> None:
        self._path, self._columns = path, columns
        self._zone = ZoneInfo(zone) if zone else None
        self._zone_name = zone or "UTC"
        self._found: dict[str, _CellFound] = {}
        self._problems: list[CellProblem] = []
        self._offset: tuple[int, timedelta | None] | None = None
        self._empty = self._ambiguous = self._skipped_hour = 0

    def read(self, rows: Iterator[list[str]]) -> WaitHistory:
        header = next(rows, None)
        if not header:
            raise BadHistory(f"{self._path} is empty: a header and rows are needed.")
        time, value = (
            self._place(header, self._columns.time),
            self._place(header, self._columns.value),
        )
        names = [self._place(header, one) for one in self._columns.series]
        lines = 0
        for line, row in _numbered(rows):
            lines += 1
            if len(row) != len(header):
                self._fault(line, "", f"has {len(row)} fields where the header has {len(header)}")
                continue
            name = _joined([row[one] for one in names]) if names else self._columns.value
            self._row(line, row[time], row[value].strip(), name)
        if not lines:
            raise BadHistory(f"{self._path} has a header and no rows.")
        return self._history()

    def _place(self, header: Sequence[str], column: str) -> int:
        if column not in header:
            raise UnknownColumn(
                f"{self._path} has no column {column!r}; it has: {', '.join(header)}."
            )
        return header.index(column)

    def _fault(self, line: int, column: str, sentence: str) -> None:
        self._problems.append(CellProblem(line, column, sentence))
        if len(self._problems) >= PROBLEMS_MAX:
            self._refuse()

    def _refuse(self) -> None:
        count, time = len(self._problems), self._columns.time
        nothing_good = not any(found.at for found in self._found.values())
        if count >= PROBLEMS_MAX and nothing_good and {p.column for p in self._problems} == {time}:
            raise UnknownColumn(
                f"{self._path}: the column {time!r} holds no stamps like 2026-06-13T17:23Z in its first"
                f" {count} rows; name the column that does."
            )
        told, what = ("one row", "it") if count == 1 else (f"{count} rows", "them")
        if count >= PROBLEMS_MAX:
            told = f"at least {told}"
        raise BadHistory(f"{self._path}: {told} cannot be used; put {what} right.", self._problems)

    def _row(self, line: int, stamp: str, value: str, name: str) -> None:
        found = self._found.setdefault(name, _CellFound())
        if not value:
            self._empty += 1
            return
        number = self._number(line, value)
        when = self._instant(line, stamp.strip(), found)
        if number is None or when is None:
            return
        found.at.append(when)
        found.value.append(number)
        found.line.append(line)

    def _number(self, line: int, text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            sentence = f"{text!r} is not a number; leave the cell empty where nothing is known"
        elif number < 0:
            sentence = f"{text} is negative, which no wait is"
        elif number > VALUE_MAX:
            sentence = f"{text} is more than {VALUE_MAX:g}, which no wait is"
        else:
            return number
        self._fault(line, self._columns.value, sentence)
        return None

    def _instant(self, line: int, text: str, found: _CellFound) -> int | None:
        column = self._columns.time
        try:
            stamp = datetime.fromisoformat(text)
        except ValueError:
            self._fault(line, column, f"{text!r} is not a stamp like 2026-06-13T17:23Z")
            return None
        if not YEARS[0] <= stamp.year <= YEARS[1]:
            self._fault(line, column, f"{text} is not of our time")
            return None
        if not self._one_zone(line, text, stamp):
            return None
        if stamp.tzinfo is None:
            placed = self._local(stamp, found)
            if placed is None:
                return None
            stamp = placed
        return int(stamp.timestamp())

    def _one_zone(self, line: int, text: str, stamp: datetime) -> bool:
        """Whether a stamp has its zone, and the same as those before it."""
        column, offset = self._columns.time, stamp.utcoffset()
        if self._offset is None:
            self._offset = (line, offset)
        first, before = self._offset
        if (offset is None) != (before is None):
            has, had = ("an", "none") if offset is not None else ("no", "one")
            self._fault(line, column, f"{text} has {has} offset and line {first} has {had}")
            return False
        if offset is None and self._zone is None:
            self._fault(
                line, column, f"{text} has no offset; say its zone, such as --tz Asia/Almaty"
            )
            self._refuse()
        if offset == before or offset is None:
            return True
        # Two offsets belong to one zone only if that zone changes between them.
        if self._zone is None or stamp.astimezone(self._zone).utcoffset() != offset:
            hint = "name the zone whose offsets they are with --tz, or write all in UTC"
            self._fault(line, column, f"{text} has another offset than line {first}; {hint}")
            return False
        return True

    def _local(self, stamp: datetime, found: _CellFound) -> datetime | None:
        """A local stamp in its zone; `_settle` decides about an hour that comes twice."""
        assert self._zone is not None
        first, second = stamp.replace(tzinfo=self._zone), stamp.replace(tzinfo=self._zone, fold=1)
        if first.utcoffset() == second.utcoffset():
            return first
        back = first.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None)
        if back != stamp:
            self._skipped_hour += 1
            return None
        self._ambiguous += 1
        found.twice.append((len(found.at), stamp, int(second.timestamp())))
        return first

    def _history(self) -> WaitHistory:
        if self._problems:
            self._refuse()
        series, empty = [], []
        repeated = contradicting = unordered = 0
        for name, found in sorted(self._found.items()):
            if not found.at:
                empty.append(name)
                continue
            _settle(found)
            self._look_for_slips(found)
            at, value = np.array(found.at, np.int64), np.array(found.value)
            unordered += int((np.diff(at) < 0).sum())
            order = np.argsort(at, kind="stable")
            at, value = at[order], value[order]
            # Of several rows for one instant the last one stands: a source corrects itself later.
            last = np.append(np.diff(at) > 0, True)
            again = ~last[:-1]
            contradicting += int((again & (np.diff(value) != 0)).sum())
            repeated += int(again.sum())
            series.append(Series(name, at[last], value[last]))
        if self._problems:
            self._refuse()
        if not series:
            raise BadHistory(f"{self._path}: the column {self._columns.value} has no value at all.")
        repairs = Repairs(
            empty=self._empty,
            repeated=repeated - contradicting,
            contradicting=contradicting,
            unordered=unordered,
            ambiguous=self._ambiguous,
            skipped_hour=self._skipped_hour,
        )
        return WaitHistory(tuple(series), self._zone_name, tuple(empty), repairs)

    def _look_for_slips(self, found: _CellFound) -> None:
        for place, value in slipped_values(found.value):
            sentence = f"{value:g} is more than {BEYOND_USUAL:g} times what is usual here"
            self._fault(found.line[place], self._columns.value, sentence)
        for place, days in slipped_stamps(found.at):
            on = datetime.fromtimestamp(found.at[place], UTC).date()
            sentence = (
                f"{on} is {days} days away from the rows around it; check year, month and day"
            )
            self._fault(found.line[place], self._columns.time, sentence)


def _joined(parts: Sequence[str]) -> str:
    """The name of a series of several columns: a row of CSV, so that no two series share a name."""
    if len(parts) == 1:
        return parts[0]
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(parts)
    return row.getvalue()


def _settle(found: _CellFound) -> None:
    """Decide the instant of each stamp in an hour that comes twice, by the order of the rows."""
    hours: dict[date, list[tuple[int, datetime, int]]] = {}
    for one in found.twice:
        hours.setdefault(one[1].date(), []).append(one)
    for rows in hours.values():
        backwards = _runs_backwards(found.at, rows[0][0], rows[-1][0])
        second = folds([stamp for _, stamp, _ in rows], backwards=backwards)
        for (place, _, later), fold in zip(rows, second, strict=True):
            if fold:
                found.at[place] = later


def _runs_backwards(at: Sequence[int], first: int, last: int) -> bool:
    """Whether the rows around these, or else most of the file, go backwards in time."""
    before, after = at[first - 1] if first else None, at[last + 1] if last + 1 < len(at) else None
    if before is not None and after is not None and before != after:
        return before > after
    steps = np.sign(np.diff(np.array(at, np.int64)))
    return bool(steps.sum() < 0)


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which they end; blank lines are skipped."""
    for row in rows:
        if row:
            yield rows.line_num, row  # type: ignore[attr-defined]
