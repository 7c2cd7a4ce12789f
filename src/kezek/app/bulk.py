"""A carrier's table of trucks: what a CSV says, row by row, before anything is booked.

A file that cannot be read as a table is refused whole.  A row that cannot be understood is refused
alone: it changes nothing, and its neighbours are booked.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from kezek.app.checkpoint import Post
from kezek.app.encoding import decode_table
from kezek.app.place_name import own_keys
from kezek.app.row_problem import Faults, RowProblem, RowReason
from kezek.app.table import CsvBroken, Header, Row, lines_of
from kezek.domain.booking.book import Vehicle
from kezek.domain.checkpoint.search import search_key
from kezek.domain.kernel.instant import Instant, date_of, of_local, to_datetime, windows
from kezek.domain.kernel.text import cleaned
from kezek.domain.regulation.regulation import VehicleClass

ROWS_MAX = 1_000
REQUIRED = ("checkpoint", "day", "hour", "country", "plate")
OPTIONAL = ("vin", "trailer", "driver", "phone", "class")
COLUMNS = REQUIRED + OPTIONAL

# How the files of Excel begin that are no text: xlsx and xls.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# As a spreadsheet of the region writes a day.
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})(?::00)?", re.ASCII)
# A spreadsheet runs what begins like this; a quote in front makes it text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Asked:
    """One truck of the table: `line` counts from 1 as an editor does, the header being the first."""

    line: int
    post: Post
    start: Instant
    vehicle_class: str
    vehicle: Vehicle


@dataclass(frozen=True, slots=True)
class Unclear:
    """A row that cannot be understood, with everything that is wrong in it."""

    line: int
    plate: str
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows in order, or why the whole table was refused.

    `guessed` is the encoding in which it was read where the file does not tell it, else empty.
    """

    rows: tuple[Asked | Unclear, ...]
    problems: tuple[RowProblem, ...]
    guessed: str = ""


def read_sheet(raw: bytes, posts: Mapping[str, Post], name: str = "") -> Sheet:
    """Read a table: in any encoding that can be guessed; comma, semicolon or tab; LF or CRLF."""
    whole = Faults(name)
    rows: list[Asked | Unclear] = []
    decoded = None if raw.startswith(_WORKBOOKS) else decode_table(raw)
    if decoded is None:
        workbook = raw.startswith(_WORKBOOKS)
        whole.add(0, "", RowReason.WORKBOOK if workbook else RowReason.ENCODING_UNKNOWN)
        return Sheet((), tuple(whole.found))
    try:
        for line, cells, faults in _cells(decoded.text, whole):
            if len(rows) == ROWS_MAX:
                whole.add(line, "", RowReason.ROWS_TOO_MANY, str(ROWS_MAX))
                break
            rows.append(_row(line, cells, posts, faults))
    except CsvBroken as broken:
        whole.add(broken.line, "", RowReason.CSV_BROKEN, str(broken))
    if not rows and not whole.found:
        whole.add(0, "", RowReason.FILE_EMPTY)
    guessed = decoded.encoding if decoded.guessed else ""
    return Sheet(() if whole.found else tuple(rows), tuple(whole.found), guessed)


def _cells(text: str, whole: Faults) -> Iterator[tuple[int, dict[str, str] | None, Faults]]:
    """Each row with its line: the cells by column, or none and what is wrong with the row."""
    header: Header | None = None
    needed = frozenset(REQUIRED)
    for line, found in lines_of(text):
        if not any(cleaned(cell) for cell in found):
            continue
        if header is None:
            header = Header([cleaned(cell).lower() for cell in found])
            if not header.fits(whole, needed, frozenset(OPTIONAL), line):
                return
        else:
            faults = Faults(whole.file)
            yield line, header.named(line, found, faults, needed), faults


def _row(
    line: int, cells: dict[str, str] | None, posts: Mapping[str, Post], faults: Faults
) -> Asked | Unclear:
    if cells is None:
        return Unclear(line, "", tuple(faults.found))
    row = Row(line, {column: _unquoted(cell) for column, cell in cells.items()}, faults)
    post, day = _post(row, posts), _day(row)
    start = _start(row, post, day) if post and day else None
    vehicle = Vehicle(
        country=row.text("country").upper(),
        plate=row.text("plate"),
        vin=row.optional("vin") or "",
        trailer=row.optional("trailer") or "",
        phone=row.optional("phone") or "",
        drivers=tuple(filter(None, [row.optional("driver")])),
    )
    wanted = (row.optional("class") or VehicleClass.IN_TURN).lower()
    if faults.found or post is None or start is None:
        return Unclear(line, cleaned(cells["plate"])[:16], tuple(faults.found))
    return Asked(line, post, start, wanted, vehicle)


def _unquoted(cell: str) -> str:
    """A cell without the quote that `plain` has put before it."""
    text = cleaned(cell)
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else cell


def _post(row: Row, posts: Mapping[str, Post]) -> Post | None:
    """By its id, or by one of its names in any language and spelling, where one post alone has it."""
    text = row.text("checkpoint")
    if not text:
        return None
    found = posts.get(text.lower())
    if found is None:
        key = search_key(text)
        named = [post for post in posts.values() if key in own_keys(post.checkpoint)]
        found = named[0] if len(named) == 1 else None
    if found is None or found.line is None or found.regulation is None:
        row.fault("checkpoint", RowReason.CHECKPOINT_UNKNOWN)
        return None
    return found


def _day(row: Row) -> date | None:
    """2026-06-16, or 16.06.2026."""
    found = _DOTTED.fullmatch(cleaned(row.cells.get("day", "")))
    if found is None:
        return row.day("day")
    day, month, year = found.groups()
    on = date_of(f"{year}-{month:0>2}-{day:0>2}")
    if on is None:
        row.fault("day", RowReason.DATE_WRONG)
    return on


def _start(row: Row, post: Post, day: date) -> Instant | None:
    """The window of the day that begins at the hour, in the checkpoint's time."""
    found = _HOUR.fullmatch(row.text("hour"))
    if found is None:
        if cleaned(row.cells.get("hour", "")):
            row.fault("hour", RowReason.VALUE_UNEXPECTED)
        return None
    hour = int(found[1])
    start = window_at(post, day, hour)
    if start is None:
        row.fault("hour", _no_window(post, day, hour))
    return start


def _no_window(post: Post, day: date, hour: int) -> RowReason:
    """Why no window begins then: clocks are put forward over the hour, or windows begin at others."""
    assert post.line is not None, "asked for a line that runs"
    if hour < 24 and of_local(datetime.combine(day, time(hour)), post.line.zone) is None:
        return RowReason.HOUR_SKIPPED
    return RowReason.VALUE_UNEXPECTED


def window_at(post: Post, day: date, hour: int) -> Instant | None:
    """The window that begins at a local hour; the first of two when the clocks go back."""
    assert post.line is not None and post.regulation is not None, "asked for a line that runs"  # noqa: PT018
    zone = post.line.zone
    starts = windows(day, zone, post.regulation.window)
    local = ((start, to_datetime(start, zone)) for start in starts)
    return next((s for s, at in local if (at.hour, at.minute) == (hour, 0)), None)


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of a row, in the reader's language; `next_step` is empty where nothing is to do."""

    line: int
    plate: str
    ok: bool
    reason: str
    sentence: str
    next_step: str
    code: str
    number: int
    read_as: str = ""


ANSWER_COLUMNS = (
    "line",
    "plate",
    "answer",
    "reason",
    "sentence",
    "next",
    "number",
    "code",
    "ticket",
    "read_as",
)


def answer_csv(answers: Sequence[RowAnswer], links: Mapping[int, str], separator: str = ",") -> str:
    """The answers as a table to keep; `links` maps booking numbers to addresses of tickets."""
    rows = []
    for a in answers:
        number = a.number or ""
        cells = (a.line, a.plate, "booked" if a.ok else "refused", a.reason, a.sentence)
        last = (a.next_step, number, a.code, links.get(a.number, ""), a.read_as)
        rows.append((*cells, *last))
    return csv_text((ANSWER_COLUMNS, *rows), separator)


def csv_text(rows: Iterable[Iterable[str | int]], separator: str) -> str:
    """Rows as a table for a spreadsheet; no cell is a formula."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([plain(cell) for cell in row] for row in rows)
    return out.getvalue()


def plain(cell: str | int) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
