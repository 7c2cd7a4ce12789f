"""Tables for a spreadsheet: cells that it does not take for formulas, and their text again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from kezek.domain.kernel.text import cleaned

# Beginnings of formulas, which a spreadsheet runs; a quote in front makes them text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Iterable[str | int]], separator: str) -> str:
    """Rows as CSV; no cell is a formula."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([plain(cell) for cell in row] for row in rows)
    return out.getvalue()


def plain(cell: str | int) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def unquoted(cell: str) -> str:
    """A cell without the quote that `plain` has put before it."""
    text = cleaned(cell)
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else cell
