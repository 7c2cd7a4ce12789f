"""Names of places become rows by language, and a neighbour becomes a code.

The table of checkpoints keeps the columns of the release before; triggers fill them from the new rows,
and the new rows from what the release before writes.  The next release drops both.  Runs at once: a
network has some thousand checkpoints at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.dialects.sqlite import REAL as SQLITE_REAL

from kezek.app.checkpoint.country import english_name
from kezek.app.checkpoint.name_file import read_names
from kezek.app.checkpoint.network import read_checkpoints, shipped_checkpoints, shipped_names
from kezek.domain.checkpoint.checkpoint import SEA
from kezek.domain.vehicle.plate import COUNTRIES

revision = "0011"
down_revision = "0010"
phase = "expand"
since = "0002"

WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
# What neighbours are called in English; the release before knows those of the region.
NEIGHBOURS = {code: english_name(code) for code in (*sorted(COUNTRIES), SEA)}
# Where the release before keeps which name.
COLUMNS = {
    "name_en": ("own", "en"),
    "name_ru": ("own", "ru"),
    "name_kk": ("own", "kk"),
    "opposite_en": ("opposite", "en"),
    "opposite_ru": ("opposite", "ru"),
}


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _case(column: str, chosen: Mapping[str, str], other: str) -> str:
    whens = " ".join(f"WHEN {_quoted(key)} THEN {_quoted(to)}" for key, to in chosen.items())
    return f"CASE {column} {whens} ELSE {other} END"


CODE = _case("neighbour", {name: code for code, name in NEIGHBOURS.items()}, "neighbour_country")
NAME = _case("neighbour_country", NEIGHBOURS, "neighbour")
# A row of the release before has a name of its own; one of this release gets it with the rows of names.
NAMES_OF_NEW = " UNION ALL ".join(
    f"SELECT NEW.id, '{side}', '{language}', NEW.{column} WHERE NEW.{column} <> ''"
    for column, (side, language) in COLUMNS.items()
)
SPREAD_CHECKPOINT = (
    "INSERT INTO place_name (place, side, language, name) SELECT * FROM "
    f"({NAMES_OF_NEW}) AS given WHERE true ON CONFLICT DO NOTHING;\n"
    f"UPDATE checkpoint SET neighbour_country = {CODE} WHERE id = NEW.id AND neighbour_country = '';\n"
    f"UPDATE checkpoint SET neighbour = {NAME} WHERE id = NEW.id AND neighbour = '';"
)
# The release before shows the Russian and the English name, and takes neither for unknown.
_ALWAYS = ("name_en", "name_ru")
SPREAD_NAME = (
    "UPDATE checkpoint SET "
    + ", ".join(
        f"{column} = CASE WHEN NEW.side = '{side}' AND NEW.language = '{language}' THEN NEW.name"
        + (f" WHEN NEW.side = '{side}' AND {column} = '' THEN NEW.name" * (column in _ALWAYS))
        + f" ELSE {column} END"
        for column, (side, language) in COLUMNS.items()
    )
    + " WHERE id = NEW.place;"
)
WRITTEN = "NEW.language IN ('en', 'ru', 'kk')"

KEPT = (
    "id, country, zone, region, opening_hours, lanes, lat, lon, coord_of, coord_confidence, e_queue, "
    "source, confidence, notes, name_en, name_ru, neighbour, name_kk, opposite_en, opposite_ru"
)
POSTGRESQL = (
    "ALTER TABLE checkpoint ADD COLUMN neighbour_country TEXT COLLATE \"C\" DEFAULT '' NOT NULL",
    *(
        f"ALTER TABLE checkpoint ALTER COLUMN {column} SET DEFAULT ''"
        for column in ("name_en", "name_ru", "neighbour")
    ),
)
SQLITE_TRIGGERS = (
    f"""CREATE TRIGGER checkpoint_named AFTER INSERT ON checkpoint BEGIN
{SPREAD_CHECKPOINT} END""",
    f"""CREATE TRIGGER place_name_spread AFTER INSERT ON place_name WHEN {WRITTEN} BEGIN
{SPREAD_NAME} END""",
)
POSTGRESQL_TRIGGERS = (
    f"""CREATE FUNCTION checkpoint_names() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{SPREAD_CHECKPOINT} RETURN NULL; END $$""",
    """CREATE TRIGGER checkpoint_named AFTER INSERT ON checkpoint
FOR EACH ROW EXECUTE FUNCTION checkpoint_names()""",
    f"""CREATE FUNCTION place_name_spreads() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{SPREAD_NAME} RETURN NULL; END $$""",
    f"""CREATE TRIGGER place_name_spread AFTER INSERT ON place_name
FOR EACH ROW WHEN ({WRITTEN}) EXECUTE FUNCTION place_name_spreads()""",
)


def upgrade() -> None:
    """The release before finds its columns filled, and what it writes there is taken over."""
    dialect = op.get_context().dialect.name
    if dialect == "sqlite":
        _made_anew()
    else:
        for statement in POSTGRESQL:
            op.execute(statement)
    op.create_table(
        "place_name",
        *map(_must, ("place", "side", "language", "name")),
        sa.PrimaryKeyConstraint("place", "side", "language"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(f"UPDATE checkpoint SET neighbour_country = {CODE}")
    # In the order in which the release before looks for a name.
    _from_column("name_en")
    _from_column("opposite_en")
    _from_files()
    for column in ("name_ru", "opposite_ru", "name_kk"):
        _from_column(column)
    triggers = {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRESQL_TRIGGERS}
    for statement in triggers[dialect]:
        op.execute(statement)


def _made_anew() -> None:
    """SQLite gives no default to a column that is there."""
    op.execute("ALTER TABLE checkpoint RENAME TO checkpoint_before")
    op.create_table(
        "checkpoint",
        *map(_must, ("id", "country", "zone")),
        *map(_blank, ("name_en", "name_ru")),
        _may("name_kk"),
        _blank("neighbour"),
        *map(_may, ("opposite_en", "opposite_ru", "region", "opening_hours", "lanes")),
        *[sa.Column(name, SQLITE_REAL, nullable=True) for name in ("lat", "lon")],
        *map(_may, ("coord_of", "coord_confidence", "e_queue")),
        *map(_must, ("source", "confidence")),
        _may("notes"),
        _blank("neighbour_country"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO checkpoint ({KEPT}) SELECT {KEPT} FROM checkpoint_before")
    op.execute("DROP TABLE checkpoint_before")


def _must(name: str) -> sa.Column[Any]:
    return sa.Column(name, WORDS, nullable=False)


def _may(name: str) -> sa.Column[Any]:
    return sa.Column(name, WORDS, nullable=True)


def _blank(name: str) -> sa.Column[Any]:
    return sa.Column(name, WORDS, nullable=False, server_default="")


def _from_column(column: str) -> None:
    side, language = COLUMNS[column]
    op.execute(
        "INSERT INTO place_name (place, side, language, name) "
        f"SELECT id, '{side}', '{language}', {column} FROM checkpoint WHERE {column} <> '' "
        "ON CONFLICT DO NOTHING"
    )


def _from_files() -> None:
    """The names that ship, for the checkpoints that are there: the release before showed them too."""
    known = {row.id for row in read_checkpoints(shipped_checkpoints()).rows}
    rows = read_names(shipped_names(), known).rows
    values = ", ".join(_row((n.place, n.side, n.language, n.name)) for n in rows)
    op.execute(
        "INSERT INTO place_name (place, side, language, name) "
        f"SELECT column1, column2, column3, column4 FROM (VALUES {values}) AS given "
        "WHERE column1 IN (SELECT id FROM checkpoint) ON CONFLICT DO NOTHING"
    )


def _row(words: Sequence[str]) -> str:
    """A row of literals; a colon would else begin the name of a parameter."""
    return "(" + ", ".join(_quoted(word).replace(":", "\\:") for word in words) + ")"
