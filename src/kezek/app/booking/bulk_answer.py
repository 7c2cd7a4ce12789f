"""The answers to the rows of a carrier's table, as tables to keep and to send again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kezek.app.booking.bulk import TruckTable
from kezek.app.table.spreadsheet import csv_text


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """The answer to a row, in the reader's language; `next_step` is empty where nothing is to do."""

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


def refused_csv(sheet: TruckTable, answers: Sequence[RowAnswer], reason: str) -> str:
    """The refused rows as they were sent, each with its reason; to be corrected and sent again.

    `reason` names the column of reasons.  It becomes the first column, because short rows have that
    one too; a table that has such a column already keeps its place.  Empty where no row was refused.
    """
    why = {a.line: f"{a.sentence} {a.next_step}".strip() for a in answers if not a.ok}
    rows = [(why[row.line], row.cells) for row in sheet.rows if row.line in why]
    if not rows:
        return ""
    return csv_text(_with_reasons(sheet, [(reason, sheet.header), *rows]), sheet.separator)


def _with_reasons(
    sheet: TruckTable, rows: Sequence[tuple[str, Sequence[str]]]
) -> Iterator[Sequence[str]]:
    at = sheet.reason_at
    for reason, cells in rows:
        # A row may have been sent without its last cells.
        full = [*cells, *[""] * (len(sheet.header) - len(cells))]
        yield [reason, *full] if at is None else [*full[:at], reason, *full[at + 1 :]]
