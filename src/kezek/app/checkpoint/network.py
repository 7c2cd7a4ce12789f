"""The network from files: checkpoints, and the board with the places left on their days.

The columns are documented in `kezek/network/README.md`, beside the files that ship with the package.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import available_timezones

from kezek.app.checkpoint.country import country_code
from kezek.app.checkpoint.name_file import NameColumns, names_in_row
from kezek.app.table.row_problem import Checked, Faults, RowReason
from kezek.app.table.table import CsvRow, Source, read_table
from kezek.domain.checkpoint.board_day import BoardDay
from kezek.domain.checkpoint.checkpoint import Checkpoint
from kezek.domain.checkpoint.place_name import OPPOSITE, OWN, PlaceName

ZONE_BY_COUNTRY: Mapping[str, str] = {
    "KG": "Asia/Bishkek",
    "KZ": "Asia/Almaty",  # the whole country since 1 March 2024
    "TJ": "Asia/Dushanbe",
    "UZ": "Asia/Tashkent",
}

# The moment at which the shipped board was read, in Kazakhstan's time (the page itself says so).
SHIPPED_BOARD_ON = date(2026, 6, 13)
SHIPPED_BOARD_CLOCK = time(17, 23)

_PLACES_MAX = 100_000  # vehicles a day; the busiest known post takes 707
_SPAN_MAX = 366  # days of one board
_ID = re.compile(r"[a-z]{2}_[a-z0-9_]{1,60}")
_CONFIDENCE = frozenset({"low", "medium", "high"})
_CHECKPOINT_COLUMNS = frozenset(
    [
        "id",
        "country",
        "name_en",
        "region_ru",
        "neighbour",
        "e_queue",
        "opening_hours",
        "lanes",
        "lat",
        "lon",
        "coord_of",
        "coord_confidence",
        "source",
        "confidence",
        "notes",
    ]
)
# Optional columns; only the zone has an effect.
_CHECKPOINT_EXTRAS = frozenset(
    [
        "class_2012",
        "e_queue_since",
        "cgr_checkpoint_id",
        "cgr_daily_slots_max",
        "cgr_daily_slots_20260713",
        "other_capacity",
        "coord_source",
        # For a post elsewhere than the country's usual zone, or in a country without one.
        "zone",
    ]
)
_NAME_COLUMNS = NameColumns()


class _Columns:
    """The optional columns of a table of checkpoints."""

    def __contains__(self, column: object) -> bool:
        return column in _CHECKPOINT_EXTRAS or column in _NAME_COLUMNS


_BOARD_COLUMNS = frozenset(
    ["post_pair_ru", "neighbour", "date", "status", "free_at_1_mrp", "free_at_100_mrp"]
)


@dataclass(frozen=True, slots=True)
class ListedCheckpoint:
    """A checkpoint as a file lists it, with the names that its row gives."""

    checkpoint: Checkpoint
    names: tuple[PlaceName, ...]

    @property
    def id(self) -> str:
        return self.checkpoint.id

    def name(self, side: str, language: str) -> str | None:
        """Its name on a side in a language, None where the row gives none."""
        found = (n.name for n in self.names if (n.side, n.language) == (side, language))
        return next(found, None)

    @property
    def board_name(self) -> str:
        """Its name on the board, which is in Russian: both sides, or this one alone."""
        own = self.name(OWN, "ru") or self.name(OWN, "en") or ""
        there = self.name(OPPOSITE, "ru")
        return f"{own} - {there}" if there else own


def shipped(name: str) -> Traversable:
    """A file of the network that ships with the package."""
    return files("kezek").joinpath("network", name)


def shipped_checkpoints() -> Traversable:
    return shipped("crossings.csv")


def shipped_names() -> Traversable:
    return shipped("place_names.csv")


def shipped_board() -> Traversable:
    return shipped("cgr_slot_availability_20260613.csv")


def read_checkpoints(file: Source) -> Checked[ListedCheckpoint]:
    """All checkpoints of a file, or all its problems."""
    seen: set[str] = set()
    names: set[str] = set()

    def parse(row: CsvRow) -> ListedCheckpoint:
        checkpoint = _checkpoint(row)
        row.text("name_en")
        listed = ListedCheckpoint(checkpoint, names_in_row(row, checkpoint.id))
        shown = "name_ru" if "name_ru" in row.cells else "name_en"
        # Two posts with one name could not be distinguished on a board.
        for column, value, others in (
            ("id", checkpoint.id, seen),
            (shown, listed.board_name, names),
        ):
            if value and value in others:
                row.fault(column, RowReason.VALUE_TWICE, value)
            others.add(value)
        return listed

    return read_table(file, parse, required=_CHECKPOINT_COLUMNS, optional=_Columns())


def _checkpoint(row: CsvRow) -> Checkpoint:
    country = row.text("country")
    zone = row.optional("zone") or ZONE_BY_COUNTRY.get(country, "")
    if country and not zone:
        row.fault("country", RowReason.COUNTRY_WITHOUT_ZONE)
    elif zone and zone not in available_timezones():
        row.fault("zone", RowReason.ZONE_UNKNOWN, zone)
    lat, lon = row.degrees("lat", 90), row.degrees("lon", 180)
    if bool(row.optional("lat")) != bool(row.optional("lon")):
        row.fault("lon" if row.optional("lat") else "lat", RowReason.COORDINATE_ALONE)
    return Checkpoint(
        id=_id(row, country),
        country=country,
        zone=zone,
        region=row.optional("region_ru"),
        opening_hours=row.optional("opening_hours"),
        lanes=row.optional("lanes"),
        lat=lat,
        lon=lon,
        coord_of=row.optional("coord_of"),
        coord_confidence=row.one_of("coord_confidence", _CONFIDENCE | {""}) or None,
        e_queue=row.optional("e_queue"),
        source=row.text("source"),
        confidence=row.one_of("confidence", _CONFIDENCE),
        notes=row.optional("notes"),
        neighbour_country=_neighbour(row),
    )


def _neighbour(row: CsvRow) -> str:
    """The code of the neighbour; its English name, as older files have it, is read too."""
    code = country_code(row.optional("neighbour") or "")
    if code is None:
        row.fault("neighbour", RowReason.COUNTRY_UNKNOWN)
    return code or ""


def _id(row: CsvRow, country: str) -> str:
    text = row.text("id")
    if text and not (_ID.fullmatch(text) and text.startswith(f"{country.lower()}_")):
        row.fault("id", RowReason.ID_WRONG)
        return ""
    return text


def read_board(file: Source, checkpoints: Sequence[ListedCheckpoint]) -> Checked[BoardDay]:
    """All days of a board, or all its problems.  Posts are found by their `board_name`."""
    ids = {listed.board_name: listed.id for listed in checkpoints}
    seen: set[tuple[str, date]] = set()

    def parse(row: CsvRow) -> BoardDay | None:
        name = row.text("post_pair_ru")
        if name and name not in ids:
            row.fault("post_pair_ru", RowReason.CHECKPOINT_UNKNOWN)
        row.text("neighbour")
        on = row.day("date")
        is_open, ordinary, kept = _places(row)
        if name not in ids or on is None:
            return None
        if (name, on) in seen:
            row.fault("date", RowReason.VALUE_TWICE)
        seen.add((name, on))
        return BoardDay(ids[name], on, is_open, ordinary, kept)

    return read_table(file, parse, required=_BOARD_COLUMNS, review=_review_days)


def _places(row: CsvRow) -> tuple[bool, int, int]:
    """Whether the day is open, and the places left in each pool.  An open day states both numbers."""
    columns = ("free_at_1_mrp", "free_at_100_mrp")
    if row.one_of("status", frozenset({"open", "closed"})) == "closed":
        for column in columns:
            if row.optional(column) is not None:
                row.fault(column, RowReason.CLOSED_WITH_NUMBERS)
        return False, 0, 0
    ordinary, kept = (row.whole(column, _PLACES_MAX) for column in columns)
    return True, ordinary, kept


def _review_days(days: Sequence[BoardDay], faults: Faults) -> None:
    """Every post has every day from the file's first to its last: a gap would be a day without rules."""
    if not days:
        return
    first, last = min(day.on for day in days), max(day.on for day in days)
    span = (last - first).days + 1
    if span > _SPAN_MAX:
        faults.add(0, "date", RowReason.DAY_MISSING, f"{first} … {last}")
        return
    count: dict[str, int] = {}
    for day in days:
        count[day.checkpoint] = count.get(day.checkpoint, 0) + 1
    for checkpoint, found in count.items():
        if found != span:
            faults.add(0, "date", RowReason.DAY_MISSING, f"{checkpoint} {span - found}")
