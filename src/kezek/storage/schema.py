"""The schema, with the constraints that are the last fence behind the rules.

Each constraint names the promise that it guards, here or in `app/installation/invariant.py`.  The
rules keep all of them by themselves, so a violated constraint is our own mistake, and its batch is not
committed.

Triggers are in the migrations alone, in the SQL of each database; `migrations/parts.py` names them.

There are no foreign keys.  The one writer writes a decision's rows together, and personal rows are
erased while their bookings stay.
"""

from __future__ import annotations

from dataclasses import fields
from types import UnionType
from typing import Any, TypeAlias, get_args, get_type_hints

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.dialects.sqlite import REAL

from kezek.app.installation.invariant import (
    ACCOUNT_CLOSED_HAS_NO_PASSWORD,
    BOOKING_ENDED_IS_LEFT_ALONE,
    BOOKING_ENDS_WITH_AN_OUTCOME,
    DAY_COUNTS_NOT_NEGATIVE,
    DAY_KEPT_WITHIN_CAPACITY,
    PARTICULARS_HAVE_AN_END,
    SLOT_WITHIN_CAPACITY,
    Invariant,
)
from kezek.storage.table import INDEXED_KINDS, TABLES, TableKey

metadata = MetaData(
    naming_convention={"ix": "%(table_name)s_%(column_0_N_name)s", "ck": "%(constraint_name)s"}
)

Part: TypeAlias = Column[Any] | CheckConstraint

_WIDE = BigInteger().with_variant(Integer, "sqlite")
_SMALL = SmallInteger().with_variant(Integer, "sqlite")
_REAL = Float().with_variant(REAL, "sqlite")
# Text is compared by its bytes, as in SQLite and Python, whatever the server's locale.
_WORDS = Text().with_variant(TEXT(collation="C"), "postgresql")
# A row that every batch changes has room for its next version on its own page.
_HOT = {"fillfactor": 50}


def _text(*names: str, null: bool = False) -> list[Column[Any]]:
    return [Column(name, _WORDS, nullable=null) for name in names]


def _later(*names: str) -> list[Column[Any]]:
    """Text columns that a later release added; empty in rows of the release before."""
    return [Column(name, _WORDS, nullable=False, server_default="") for name in names]


def _leaving(*names: str, null: bool = False) -> list[Column[Any]]:
    """Text columns of the release before only, which the next release drops."""
    return _left(_text(*names, null=True) if null else _later(*names))


def _left(made: list[Column[Any]]) -> list[Column[Any]]:
    for column in made:
        column.info["leaving"] = True
    return made


def _whole(*names: str, null: bool = False) -> list[Column[Any]]:
    """Integer columns: instants in milliseconds, counts, amounts and numbers."""
    return [Column(name, _WIDE, nullable=null, autoincrement=False) for name in names]


def _counts(*names: str) -> list[Column[Any]]:
    told: Any = {"nullable": False, "server_default": "0", "autoincrement": False}
    return [Column(name, _WIDE, **told) for name in names]


def _yes(*names: str) -> list[Part]:
    """Booleans, which SQLite keeps as 0 and 1."""
    columns: list[Part] = []
    for name in names:
        columns += [
            Column(name, _SMALL, nullable=False),
            CheckConstraint(f'"{name}" IN (0, 1)', name=f"{name}_is_yes_or_no"),
        ]
    return columns


def _table(name: str, *parts: Part, key: tuple[str, ...], hot: bool = False) -> Table:
    """A table found by its key alone: by the row number where that is the key, else clustered on it.

    A hot one is small and changed by every batch.
    """
    columns = {part.name: part for part in parts if isinstance(part, Column)}
    numbered = len(key) == 1 and columns[key[0]].type is _WIDE
    return Table(
        name,
        metadata,
        *parts,
        PrimaryKeyConstraint(*key),
        sqlite_with_rowid=numbered,
        sqlite_strict=True,
        postgresql_with=_HOT if hot else {},
    )


def _plain(kind: type[Any], table: TableKey) -> Table:
    """A table of the fields of its row, where the key says all that there is to say of it."""
    hints = get_type_hints(kind)
    columns = [part for f in fields(kind) for part in _of_field(f.name, hints[f.name])]
    return _table(table.name, *columns, key=table.key)


def _of_field(name: str, hint: Any) -> list[Part]:
    null = isinstance(hint, UnionType)
    if null:
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    if hint is bool:
        assert not null, "a column of yes and no is never empty"
        return _yes(name)
    if hint is int:
        return [*_whole(name, null=null)]
    kinds: dict[Any, Any] = {float: _REAL, bytes: LargeBinary()}
    return [Column(name, kinds.get(hint, _WORDS), nullable=null)]


def _check(invariant: Invariant[Any]) -> CheckConstraint:
    return CheckConstraint(invariant.condition, name=invariant.name)


def _index(name: str | None, *columns: Any, where: str) -> None:
    """An index of the rows that are asked for, no larger than it must be."""
    Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


# A number is given out once: one row a name, always the last one given.
counter = _table("counter", *_text("name"), *_whole("last"), key=("name",), hot=True)

checkpoint = _table(
    "checkpoint",
    *_text("id", "country", "zone"),
    # Names and the neighbour's English name, as the release before has them; triggers fill them.
    *_leaving("name_en", "name_ru"),
    *_leaving("name_kk", null=True),
    *_leaving("neighbour"),
    *_leaving("opposite_en", "opposite_ru", null=True),
    *_text("region", "opening_hours", "lanes", null=True),
    *[Column(name, _REAL, nullable=True) for name in ("lat", "lon")],
    *_text("coord_of", "coord_confidence", "e_queue", null=True),
    *_text("source", "confidence"),
    *_text("notes", null=True),
    *_later("neighbour_country"),
    key=("id",),
)

place_name = _table(
    "place_name",
    *_text("place", "side", "language", "name"),
    key=("place", "side", "language"),
)

line = _table(
    "line",
    *_text("id", "checkpoint", "direction", "authority", "regulation", "zone", "basis"),
    *_whole("cursor"),
    Column("round", _WIDE, nullable=False, server_default="0"),
    key=("id",),
)

day = _table(
    "day",
    *_text("line", "on"),
    *_yes("open"),
    *_text("basis", "reason"),
    *_whole("capacity", "kept"),
    _check(DAY_COUNTS_NOT_NEGATIVE),
    # The release before counts in columns; triggers keep both the same until a later step drops these.
    *_left(_counts("protected_ordinary", "protected_kept")),
    *_left(_counts("in_turn", "priority", "postal", "accelerated", "walk_in")),
    # Counts by the name of a pool or a class, as JSON; `kept` is the sum of those reserved.
    *_later("reserved", "protected", "taken"),
    CheckConstraint(
        "in_turn >= 0 AND priority >= 0 AND postal >= 0 AND accelerated >= 0 AND walk_in >= 0",
        name="day_classes_not_negative",
    ),
    _check(DAY_KEPT_WITHIN_CAPACITY),
    key=("line", "on"),
    hot=True,
)

slot = _table(
    "slot",
    *_text("line"),
    *_whole("start", "capacity", "protected", "taken"),
    _check(SLOT_WITHIN_CAPACITY),
    key=("line", "start"),
    hot=True,
)

booking = _table(
    "booking",
    *_whole("number"),
    *_text("line", "vehicle_class"),
    *_whole("start", null=True),
    *_whole("holder"),
    *_yes("simulated"),
    *_whole("fee_minor"),
    *_text("currency"),
    *_whole("confirmed_at"),
    *_whole("moves"),
    *_whole("displaced_at", "arrived_at", "joined_at", "called_at", "call_until", null=True),
    *_whole("misses"),
    *_whole("admitted_at", "ended_at", null=True),
    *_text("outcome", "exception", "exception_cause"),
    *_whole("exception_by"),
    *_whole("look_at", null=True),
    *_text("step"),
    *_whole("acknowledged_at", null=True),
    *_later("salt"),
    *_whole("joined_round", null=True),
    *_later("proposal"),
    _check(BOOKING_ENDS_WITH_AN_OUTCOME),
    _check(BOOKING_ENDED_IS_LEFT_ALONE),
    # I11: a fee is never a debt of ours.
    CheckConstraint("fee_minor >= 0", name="booking_fee_not_negative"),
    key=("number",),
)
# Live bookings only, so the indexes stay as small as the live queue.
_index(None, booking.c.line, booking.c.start, where="ended_at IS NULL")
_index("booking_present", booking.c.line, where="arrived_at IS NOT NULL AND ended_at IS NULL")
_index(None, booking.c.look_at, where="look_at IS NOT NULL")
_index(None, booking.c.holder, booking.c.number, where="holder <> 0")
# A ticket's code is how its salt begins.
Index(None, booking.c.salt)
_index("booking_awaiting", booking.c.line, booking.c.number, where="exception = 'awaiting'")
_index(
    "booking_proposed",
    booking.c.line,
    booking.c.number,
    where="ended_at IS NULL AND (exception = 'proposed' OR proposal <> '')",
)
# A carrier's own page: what is live (no end at all), and what ended today.
_index(None, booking.c.holder, booking.c.ended_at, where="holder <> 0")

# I3: the key is the promise: one active booking per plate, and per VIN, with an authority.
claim = _table(
    "claim",
    *_text("authority", "kind", "value"),
    *_whole("number"),
    CheckConstraint("kind IN ('plate', 'vin')", name="claim_is_by_plate_or_vin"),
    key=("authority", "kind", "value"),
)
# Trucks of all countries with one spelling: the value without the country's letters and the space.
_index("claim_namesake", claim.c.authority, text("substr(value, 4)"), where="kind = 'plate'")

# I16: personal data is in tables of its own, which can be erased while the log stays.
particulars = _table(
    "particulars",
    *_whole("number"),
    *_text("country", "plate", "vin", "trailer", "phone", "purpose", "erase_on"),
    # The typed plate where it was read as another one; the release before writes none.
    Column("typed", _WORDS, nullable=False, server_default=text("''")),
    _check(PARTICULARS_HAVE_AN_END),
    key=("number",),
)

# I2: a place is given back once; `number` and `start` name it.
place_return = _table(
    "return",
    *_whole("number"),
    *_text("line"),
    *_whole("start"),
    *_text("vehicle_class"),
    *_whole("look_at"),
    key=("number", "start"),
)
Index(None, place_return.c.look_at)
Index(None, place_return.c.line, place_return.c.start)

account = _table(
    "account",
    *_whole("id"),
    *_text("login", "name", "password"),
    *_yes("simulated"),
    *_whole("added_at"),
    *_whole("closed_at", null=True),
    *_whole("claims_lost"),
    # Accounts of the release before count as confirmed from the beginning.
    Column("confirmed_at", _WIDE, nullable=True, server_default=text("0")),
    _check(ACCOUNT_CLOSED_HAS_NO_PASSWORD),
    key=("id",),
)

api_key = _table(
    "api_key",
    *_whole("id", "account"),
    *_text("digest", "label", "role", "place"),
    *_whole("rate", "issued_at"),
    *_whole("revoked_at", null=True),
    key=("id",),
)
# I17: a secret opens one key, never two.
Index(None, api_key.c.digest, unique=True)

# I9: the key keeps positions apart, the triggers keep history as it was written.
log = _table(
    "event",
    *_whole("position", "at", "real"),
    *_text("kind", "actor", "line"),
    *_whole("number"),
    *_text("body"),
    key=("position",),
)
_index(None, log.c.number, where="number <> 0")
# A console reads back in the log of its line.  Without this index a quiet line reads the whole log,
# 0.2 s for each million events; with it a booking costs some 4 % more.  SQLite's index ends in the
# position by itself, PostgreSQL's must name it.
Index(None, log.c.line).ddl_if(dialect="sqlite")
Index(None, log.c.line, log.c.position).ddl_if(dialect="postgresql")
for _kind in sorted(INDEXED_KINDS):
    _index(f"event_{_kind}", log.c.line, log.c.at, where=f"kind = '{_kind}'")

# I9: the log's tree; full tiles are too long for a table that is clustered on its key.
tree = Table(
    "tree",
    metadata,
    *_whole("tier", "first"),
    Column("hashes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tier", "first"),
    # I9: whole hashes only.
    CheckConstraint("length(hashes) > 0 AND length(hashes) % 32 = 0", name="tree_of_whole_hashes"),
    sqlite_strict=True,
)

# I6: one answer a key.  Rows are appended, and only a small index is in the keys' random order.  A table
# clustered on the key would touch a cold page for every booking.
answer = Table(
    "answer",
    metadata,
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("outcome", LargeBinary, nullable=False),
    *_whole("real"),
    sqlite_strict=True,
)
Index(None, answer.c.digest, unique=True)

session = _table(
    "session",
    *_text("digest"),
    *_whole("account"),
    *_text("purpose"),
    *_whole("began", "expires"),
    CheckConstraint("purpose IN ('session', 'password')", name="session_has_a_purpose"),
    key=("digest",),
)


# I9: the position of each consumer of the log, never before the log's beginning.
consumer = _table(
    "consumer",
    *_text("name"),
    *_whole("position"),
    CheckConstraint("position >= 0", name="consumer_within_log"),
    key=("name",),
    hot=True,
)

# All other tables, whose key is their only constraint.  I17: the key of `login` makes a login
# unique, and a closed account's login is free again.  I16: a `salt` is overwritten when it is
# erased and never dropped, so that a row removed by hand shows.
for _row, _key in TABLES.items():
    if _key.name not in metadata.tables:
        _plain(_row, _key)
