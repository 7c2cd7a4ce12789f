"""Reads a CSV file from outside: every row is checked, every fault is named by line and column.

A file with one fault yields no rows, so that nothing is loaded by halves.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeAlias, TypeVar

from kezek.app.table.row_problem import Checked, Faults, RowReason
from kezek.domain.kernel.instant import date_of
from kezek.domain.kernel.text import cleaned

T = TypeVar("T")
Source: TypeAlias = Path | Traversable

# Excel's own line that names the separator and is never shown.
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?', re.IGNORECASE)
SIZE_MAX = 50_000_000  # bytes; the real board of 49 posts and 31 days has 92,000
_CELL_MAX = 2_000  # characters; the longest real cell has 330


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row whose cells are asked for by column; each wrong one is noted and answered with a blank."""

    line: int
    cells: Mapping[str, str]
    faults: Faults

    def fault(
        self,
        column: str,
        reason: RowReason,
        value: str | None = None,
        readings: Sequence[str] = (),
    ) -> None:
        shown = self.cells.get(column, "") if value is None else value
        self.faults.add(self.line, column, reason, shown, readings)

    def optional(self, column: str) -> str | None:
        """The text of a cell, None when it is empty or its column absent."""
        text = cleaned(self.cells.get(column, ""))
        if len(text) > _CELL_MAX:
            self.fault(column, RowReason.VALUE_TOO_LONG)
            return None
        if any(unicodedata.category(c) == "Cc" for c in text):
            self.fault(column, RowReason.VALUE_UNEXPECTED)
            return None
        return text or None

    def text(self, column: str) -> str:
        text = self.optional(column)
        if text is None:
            if not cleaned(self.cells.get(column, "")):
                self.fault(column, RowReason.VALUE_MISSING)
            return ""
        return text

    def one_of(self, column: str, words: frozenset[str]) -> str:
        """One of the words; the empty one may be among them."""
        text = cleaned(self.cells.get(column, ""))
        if text not in words:
            self.fault(column, RowReason.VALUE_UNEXPECTED if text else RowReason.VALUE_MISSING)
            return ""
        return text

    def whole(self, column: str, most: int) -> int:
        """A whole number from 0 to `most`; ASCII digits only, so that 1_000 and ٣ are faults."""
        text = self.text(column)
        if not text:
            return 0
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            self.fault(column, RowReason.NUMBER_WRONG)
        elif digits != text:
            self.fault(column, RowReason.NUMBER_NEGATIVE)
        elif len(digits) > len(str(most)) or int(digits) > most:
            self.fault(column, RowReason.NUMBER_TOO_LARGE)
        else:
            return int(digits)
        return 0

    def degrees(self, column: str, most: float) -> float | None:
        """A decimal number between -most and most, None when the cell is empty."""
        text = self.optional(column)
        if text is None:
            return None
        whole, _, fraction = text.removeprefix("-").partition(".")
        if not all(part.isascii() and part.isdigit() for part in (whole, fraction or "0")):
            self.fault(column, RowReason.NUMBER_WRONG)
        elif abs(float(text)) > most:
            self.fault(column, RowReason.NUMBER_TOO_LARGE)
        else:
            return float(text)
        return None

    def day(self, column: str) -> date | None:
        """An ISO date, written in full; None, and noted, when it is none."""
        text = self.text(column)
        on = date_of(text)
        if text and on is None:
            self.fault(column, RowReason.DATE_WRONG)
        return on


def read_table(
    file: Source,
    parse: Callable[[CsvRow], T | None],
    *,
    required: frozenset[str],
    optional: Container[str] = frozenset(),
    review: Callable[[Sequence[T], Faults], None] | None = None,
) -> Checked[T]:
    """Read a whole file.  `parse` makes a row and notes its faults; `review` judges them together.

    UTF-8 with or without a byte order mark, LF or CRLF.  Nothing is raised: a file that cannot be
    opened is a problem too.
    """
    faults = Faults(str(file))
    rows: list[T] = []
    text = _text(file, faults)
    if text is not None:
        for row in _rows(text, faults, required, optional):
            parsed = parse(row)
            if parsed is not None:
                rows.append(parsed)
        if not rows and not faults.found:
            faults.add(0, "", RowReason.FILE_EMPTY)
        if review is not None and not faults.found:
            review(rows, faults)
    return faults.close(rows)


def _text(file: Source, faults: Faults) -> str | None:
    try:
        with file.open("rb") as stream:
            # One byte more than allowed is read, because the size reported by the system may be wrong.
            raw: bytes = stream.read(SIZE_MAX + 1)
    except OSError as error:
        faults.add(0, "", RowReason.FILE_UNREADABLE, error.strerror or type(error).__name__)
        return None
    if len(raw) > SIZE_MAX:
        faults.add(0, "", RowReason.FILE_TOO_LARGE)
        return None
    return decoded(raw, faults)


def decoded(raw: bytes, faults: Faults) -> str | None:
    """The text of UTF-8 with or without a byte order mark; None when a line is not, with its fault."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\0" not in raw:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            pass  # the lines are decoded one by one below
    for number, line in enumerate(raw.split(b"\n"), 1):
        if b"\0" in line:
            faults.add(number, "", RowReason.NUL_BYTE)
        try:
            line.decode()
        except UnicodeDecodeError as error:
            shown = line[max(0, error.start - 20) : error.start + 20].decode(
                errors="backslashreplace"
            )
            faults.add(number, "", RowReason.NOT_UTF8, shown)
        if faults.full:
            break
    return None


def _rows(
    text: str, faults: Faults, required: frozenset[str], optional: Container[str]
) -> Iterator[CsvRow]:
    header: CsvHeader | None = None
    try:
        for line, cells in lines_of(text):
            if header is None:
                header = CsvHeader([cleaned(cell) for cell in cells])
                if not header.fits(faults, required, optional, line):
                    return
            elif cells:
                named = header.named(line, cells, faults, required)
                if named is not None:
                    yield CsvRow(line, named, faults)
            if faults.full:
                return
    except CsvBroken as broken:
        faults.add(broken.line, "", RowReason.CSV_BROKEN, str(broken))


class CsvBroken(Exception):
    """The text is no CSV from `line` on."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row of a CSV with the line where it begins; a quoted cell may hold line breaks.

    CsvBroken is raised where a row breaks the rules.
    """
    separator, named = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if not (named and separator.join(cells).lower().startswith("sep=")):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise CsvBroken(line, str(error)) from None


def separator_of(text: str) -> str:
    """The separator of cells: the most frequent of comma, semicolon and tab in the first line."""
    return _separator(text)[0]


def _separator(text: str) -> tuple[str, bool]:
    """The separator, and whether a line of its own names it."""
    head = text.lstrip("\r\n ").partition("\n")[0]
    named = _SEPARATOR_LINE.fullmatch(head.strip("\r\n "))
    return (named[1], True) if named else (max(",;\t", key=head.count), False)


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """The columns of a table by position; columns without a name, which spreadsheets add, are empty."""

    columns: Sequence[str]

    def fits(
        self, faults: Faults, required: frozenset[str], optional: Container[str], line: int
    ) -> bool:
        """Whether every named column is known and there once, and none is missing; faults are noted."""
        for column in sorted(required - set(self.columns)):
            faults.add(line, column, RowReason.COLUMN_MISSING)
        seen: set[str] = set()
        for number, column in enumerate(self.columns, 1):
            if column and column in seen:
                faults.add(line, column, RowReason.COLUMN_TWICE)
            elif column and column not in required and column not in optional:
                faults.add(line, column, RowReason.COLUMN_UNKNOWN, str(number))
            seen.add(column)
        return not faults.found

    def named(
        self, line: int, cells: Sequence[str], faults: Faults, required: frozenset[str]
    ) -> dict[str, str] | None:
        """The cells by column; None, and noted, where the row is not the header's.

        A spreadsheet leaves out or adds empty cells at the end of a row.
        """
        width = len(self.columns)
        cut = required & set(self.columns[len(cells) :])
        if cut or any(cleaned(cell) for cell in cells[width:]):
            faults.add(line, "", RowReason.ROW_WIDTH, str(len(cells)))
            return None
        full = [*cells[:width], *[""] * (width - len(cells))]
        for number, (column, cell) in enumerate(zip(self.columns, full, strict=True), 1):
            if not column and cleaned(cell):
                faults.add(line, str(number), RowReason.COLUMN_UNNAMED, cleaned(cell))
                return None
        return {column: cell for column, cell in zip(self.columns, full, strict=True) if column}
