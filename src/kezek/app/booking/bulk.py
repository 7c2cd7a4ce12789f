"""A carrier's table of trucks: a CSV, read row by row before anything is booked.

A file that is no table is refused whole.  A row that cannot be understood is refused alone, and the
others are booked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import pairwise

from kezek.app.checkpoint.checkpoint import Post, ServedLine
from kezek.app.checkpoint.post_name import posts_named
from kezek.app.table.encoding import decode_table
from kezek.app.table.row_problem import Faults, RowProblem, RowReason
from kezek.app.table.spreadsheet import unquoted
from kezek.app.table.table import CsvBroken, CsvHeader, CsvRow, lines_of, separator_of
from kezek.app.table.written import Hours, days_written, hours_written
from kezek.domain.booking.book import Vehicle
from kezek.domain.checkpoint.search import QUERY_MAX, search_key
from kezek.domain.kernel.instant import MINUTE, Instant, day_start, of_local, to_datetime, windows
from kezek.domain.kernel.text import cleaned
from kezek.domain.regulation.regulation import Regulation
from kezek.domain.vehicle.plate import COUNTRIES

ROWS_MAX = 1_000
REQUIRED = ("checkpoint", "day", "hour", "country", "plate")
OPTIONAL = ("vin", "trailer", "driver", "phone", "class")
COLUMNS = REQUIRED + OPTIONAL
# The column of reasons in a table of refused rows; it is ignored when the table is sent again.
REASON = "reason"

# The first bytes of Excel's binary files: xlsx and xls.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a table in every language, by their search key.

    `columns` and `classes` are keyed without blanks; a key of `countries` may mean several codes.
    """

    columns: Mapping[str, str]
    countries: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClearRow:
    """One truck of the table: `line` counts from 1 as an editor does, the header being the first.

    `cells` are those of the row as they were sent, empty for a truck that no table named.
    """

    line: int
    served: ServedLine
    start: Instant
    vehicle_class: str
    vehicle: Vehicle
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclear:
    """A row that cannot be understood, with all its faults."""

    line: int
    plate: str
    problems: tuple[RowProblem, ...]
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TruckTable:
    """The rows in order, or why the whole table was refused.

    `guessed` is the encoding in which it was read where the file does not tell it, else empty.
    `header` and `separator` are as they were sent; `reason_at` is the place of a column of reasons,
    None where there is none.
    """

    rows: tuple[ClearRow | Unclear, ...]
    problems: tuple[RowProblem, ...]
    guessed: str = ""
    header: tuple[str, ...] = ()
    separator: str = ","
    reason_at: int | None = None


def read_sheet(raw: bytes, posts: Mapping[str, Post], words: Vocabulary, lang: str) -> TruckTable:
    """Read a table: in any encoding that can be guessed; comma, semicolon or tab; LF or CRLF.

    Columns, posts and countries may be named in any language; `lang` is that of the reader, in which
    the readings of an ambiguous name are told.
    """
    whole = Faults("")
    decoded = None if raw.startswith(_WORKBOOKS) else decode_table(raw)
    if decoded is None:
        workbook = raw.startswith(_WORKBOOKS)
        whole.add(0, "", RowReason.WORKBOOK if workbook else RowReason.ENCODING_UNKNOWN)
        return TruckTable((), tuple(whole.found))
    reading = _Reading(posts, words, lang)
    rows: list[ClearRow | Unclear] = []
    try:
        for line, cells in lines_of(decoded.text):
            if not any(cleaned(cell) for cell in cells):
                continue
            if not reading.header:
                if not reading.begin(line, cells, whole):
                    break
            elif len(rows) == ROWS_MAX:
                whole.add(line, "", RowReason.ROWS_TOO_MANY, str(ROWS_MAX))
                break
            else:
                rows.append(reading.row(line, cells))
    except CsvBroken as broken:
        whole.add(broken.line, "", RowReason.CSV_BROKEN, str(broken))
    if not rows and not whole.found:
        whole.add(0, "", RowReason.FILE_EMPTY)
    return TruckTable(
        () if whole.found else tuple(rows),
        tuple(whole.found),
        decoded.encoding if decoded.guessed else "",
        reading.header,
        separator_of(decoded.text),
        reading.reason_at,
    )


@dataclass(slots=True)
class _Reading:
    """A table that is being read: `header` as it was sent, `columns` what it means."""

    posts: Mapping[str, Post]
    words: Vocabulary
    lang: str
    header: tuple[str, ...] = ()
    columns: CsvHeader = field(default_factory=lambda: CsvHeader(()))

    def begin(self, line: int, cells: Sequence[str], whole: Faults) -> bool:
        """Take the first line; whether it is the header of a table."""
        self.header = tuple(cleaned(cell) for cell in cells)
        self.columns = CsvHeader([self._column(cell) for cell in self.header])
        faults, optional = Faults(""), frozenset((*OPTIONAL, REASON))
        fits = self.columns.fits(faults, frozenset(REQUIRED), optional, line)
        for p in faults.found:
            whole.add(p.line, self._sent(p.column), p.reason, p.value)
        return fits

    def _sent(self, column: str) -> str:
        """The column as the header names it, in both ways where it is there twice."""
        named = zip(self.columns.columns, self.header, strict=True)
        ways = dict.fromkeys(cell for known, cell in named if known == column)
        return " / ".join(list(ways)[:2]) or column

    def _column(self, name: str) -> str:
        # Search keys are cut to QUERY_MAX, so a longer name must not match.
        known = self.words.columns.get(_joined(name)) if len(name) <= QUERY_MAX else None
        return known or name.lower()

    @property
    def reason_at(self) -> int | None:
        columns = list(self.columns.columns)
        return columns.index(REASON) if REASON in columns else None

    def row(self, line: int, cells: Sequence[str]) -> ClearRow | Unclear:
        """One row; its faults name the columns as they were sent."""
        faults = Faults("")
        named = self.columns.named(line, cells, faults, frozenset(REQUIRED))
        if named is not None:
            found = self._clear_row(
                CsvRow(line, {c: unquoted(cell) for c, cell in named.items()}, faults)
            )
            if found is not None:
                return replace(found, cells=tuple(cells))
        sent = dict(zip(self.columns.columns, self.header, strict=True))
        problems = (replace(p, column=sent.get(p.column, p.column)) for p in faults.found)
        plate = cleaned(named["plate"])[:16] if named else ""
        return Unclear(line, plate, tuple(problems), tuple(cells))

    def _clear_row(self, row: CsvRow) -> ClearRow | None:
        served, day = self._line(row), _day(row)
        start = _start(row, served, day) if served and day else None
        vehicle = Vehicle(
            country=self._country(row),
            plate=row.text("plate"),
            vin=row.optional("vin") or "",
            trailer=row.optional("trailer") or "",
            phone=row.optional("phone") or "",
            drivers=tuple(filter(None, [row.optional("driver")])),
        )
        wanted = row.optional("class")
        if row.faults.found or served is None or start is None:
            return None
        regulation = served.at(start)
        wanted = self._class(wanted, regulation) if wanted else regulation.ordinary.name
        return ClearRow(row.line, served, start, wanted, vehicle)

    def _class(self, text: str, regulation: Regulation) -> str:
        """The class, named by its id, a word of the catalogues, or a label of the regulation."""
        labels = {
            _joined(label): rule.name
            for rule in regulation.classes.values()
            for label in rule.labels.values()
        }
        return self.words.classes.get(_joined(text)) or labels.get(_joined(text), text.lower())

    def _line(self, row: CsvRow) -> ServedLine | None:
        """The line, named by its id, its post's id, or a unique name of a post with a usual line."""
        text = row.text("checkpoint")
        if not text:
            return None
        lines = (served for post in self.posts.values() for served in post.lines)
        by_id = next((served for served in lines if served.line.id == text.lower()), None)
        if by_id is not None:
            return by_id
        exact = self.posts.get(text.lower())
        named = [exact] if exact else posts_named(text, self.posts.values())
        if len(named) > 1:
            readings = [post.names.own_name(self.lang) for post in named]
            row.fault("checkpoint", RowReason.VALUE_AMBIGUOUS, readings=readings)
            return None
        if not named or named[0].usual is None:
            row.fault("checkpoint", RowReason.CHECKPOINT_UNKNOWN)
            return None
        return named[0].usual

    def _country(self, row: CsvRow) -> str:
        """The country's code; other text stays unchanged, and the rules refuse it."""
        text = row.text("country")
        if text.upper() in COUNTRIES:
            return text.upper()
        key = search_key(text)
        codes = self.words.countries.get(key, ())
        if len(codes) > 1:
            row.fault("country", RowReason.VALUE_AMBIGUOUS, readings=codes)
        # КЗ in Cyrillic letters is a code too.
        return codes[0] if codes else key.upper() if key.upper() in COUNTRIES else text.upper()


def _joined(text: str) -> str:
    return search_key(text).replace(" ", "")


def _day(row: CsvRow) -> date | None:
    text = row.text("day")
    found = days_written(text)
    if len(found) > 1:
        readings = [on.isoformat() for on in found]
        row.fault("day", RowReason.VALUE_AMBIGUOUS, readings=readings)
    elif text and not found:
        row.fault("day", RowReason.DATE_WRONG)
    return found[0] if len(found) == 1 else None


def _start(row: CsvRow, served: ServedLine, day: date) -> Instant | None:
    """The window of the day that the row names by its beginning, or by both ends."""
    text = row.text("hour")
    written = hours_written(text)
    if written is None:
        if text:
            row.fault("hour", RowReason.VALUE_UNEXPECTED)
        return None
    start = window_at(served, day, written.first)
    if start is None:
        row.fault("hour", _no_window(served, day, written.first))
        return None
    if written.past is None:
        return start
    within = _within(served, start, written)
    if len(within) > 1:
        row.fault("hour", RowReason.VALUE_AMBIGUOUS, readings=within)
    elif not within:
        row.fault("hour", RowReason.VALUE_UNEXPECTED)
    return start if len(within) == 1 else None


def _within(served: ServedLine, start: Instant, written: Hours) -> list[str]:
    """The windows that fill the hours from `start` on, as text; none where they do not end with one."""
    assert written.past is not None, "both ends are written"
    window, zone = served.at(start).window, served.line.zone
    count, rest = divmod((written.past - written.first) * MINUTE, window)
    ends = [to_datetime(start + n * window, zone) for n in range(count + 1)]
    named = [f"{first:%H:%M}–{past:%H:%M}" for first, past in pairwise(ends)]
    return [] if rest else named


def _no_window(served: ServedLine, day: date, minutes: int) -> RowReason:
    """Why no window begins then: clocks skip the hour, or windows begin at other times."""
    at = datetime.combine(day, time(*divmod(minutes, 60)))
    return (
        RowReason.HOUR_SKIPPED
        if of_local(at, served.line.zone) is None
        else RowReason.VALUE_UNEXPECTED
    )


def window_at(served: ServedLine, day: date, minutes: int) -> Instant | None:
    """The window that begins at a local time, in minutes after midnight; the first of two when the
    clocks go back.
    """
    zone = served.line.zone
    starts = windows(day, zone, served.at(day_start(day, zone)).window)
    local = ((start, to_datetime(start, zone)) for start in starts)
    return next((s for s, at in local if at.hour * 60 + at.minute == minutes), None)
