"""The first schema: the network, bookings, accounts, and the log.  Runs on an empty file, at once."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.dialects.sqlite import REAL as SQLITE_REAL
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

Kind: TypeAlias = type[TypeEngine[Any]] | TypeEngine[Any]
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
REAL = sa.Float().with_variant(SQLITE_REAL(), "sqlite")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
HOT = {"fillfactor": 50}

SQLITE_FENCES = (
    """CREATE TRIGGER event_never_changed BEFORE UPDATE ON event BEGIN
SELECT RAISE(ABORT, 'the log is append-only: no event is changed'); END""",
    """CREATE TRIGGER event_never_removed BEFORE DELETE ON event BEGIN
SELECT RAISE(ABORT, 'the log is append-only: no event is removed'); END""",
    """CREATE TRIGGER event_without_gap BEFORE INSERT ON event
WHEN NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM event) BEGIN
SELECT RAISE(ABORT, 'the log has no gaps: positions follow each other'); END""",
    """CREATE TRIGGER claim_held_once BEFORE UPDATE OF number ON claim
WHEN OLD.number <> NEW.number AND EXISTS
(SELECT 1 FROM booking WHERE number = OLD.number AND ended_at IS NULL) BEGIN
SELECT RAISE(ABORT, 'one active booking per vehicle: the claim is held'); END""",
)

POSTGRESQL_FENCES = (
    """CREATE FUNCTION event_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE 'the log is append-only: no event is changed or removed'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'event', CONSTRAINT = TG_NAME; END $$""",
    """CREATE TRIGGER event_never_changed BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION event_kept()""",
    """CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_kept()""",
    """CREATE FUNCTION event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first bigint; last bigint; many bigint; BEGIN
SELECT min(position), max(position), count(*) INTO first, last, many FROM added;
IF many > 0 AND (last - first + 1 <> many OR last <> (SELECT max(position) FROM event)
OR first <> 1 + (SELECT coalesce(max(position), 0) FROM event WHERE position < first)) THEN
RAISE 'the log has no gaps: positions follow each other'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'event', CONSTRAINT = TG_NAME;
END IF; RETURN NULL; END $$""",
    """CREATE TRIGGER event_without_gap AFTER INSERT ON event REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION event_follows()""",
    """CREATE FUNCTION claim_free() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF EXISTS (SELECT 1 FROM booking WHERE number = OLD.number AND ended_at IS NULL) THEN
RAISE 'one active booking per vehicle: the claim is held'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'claim', CONSTRAINT = TG_NAME;
END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER claim_held_once BEFORE UPDATE OF number ON claim FOR EACH ROW
WHEN (OLD.number <> NEW.number) EXECUTE FUNCTION claim_free()""",
)


def upgrade() -> None:
    """Everything from nothing."""
    _network()
    _places()
    _bookings()
    _personal()
    _accounts()
    _carriers()
    _log()
    fences = {"sqlite": SQLITE_FENCES, "postgresql": POSTGRESQL_FENCES}
    for fence in fences[op.get_context().dialect.name]:
        op.execute(fence)


def _must(name: str, kind: Kind) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def _may(name: str, kind: Kind) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _partly(name: str, table: str, columns: list[str], where: str) -> None:
    chosen = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=chosen, postgresql_where=chosen)


def _network() -> None:
    op.create_table(
        "checkpoint",
        *[_must(n, WORDS) for n in ("id", "country", "zone", "name_en", "name_ru")],
        _may("name_kk", WORDS),
        _must("neighbour", WORDS),
        *[
            _may(n, WORDS)
            for n in ("opposite_en", "opposite_ru", "region", "opening_hours", "lanes")
        ],
        sa.Column("lat", sa.Float().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("lon", sa.Float().with_variant(sa.REAL(), "sqlite"), nullable=True),
        *[_may(n, WORDS) for n in ("coord_of", "coord_confidence", "e_queue")],
        _must("source", WORDS),
        _must("confidence", WORDS),
        _may("notes", WORDS),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "line",
        *[_must(n, WORDS) for n in ("id", "checkpoint", "direction", "authority")],
        *[_must(n, WORDS) for n in ("regulation", "zone", "basis")],
        _must("cursor", WIDE),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _places() -> None:
    op.create_table(
        "day",
        _must("line", WORDS),
        _must("on", WORDS),
        _must("open", SMALL),
        _must("basis", WORDS),
        _must("reason", WORDS),
        _must("capacity", WIDE),
        _must("kept", WIDE),
        _must("protected_ordinary", WIDE),
        _must("protected_kept", WIDE),
        _must("in_turn", WIDE),
        _must("priority", WIDE),
        _must("postal", WIDE),
        _must("accelerated", WIDE),
        _must("walk_in", WIDE),
        sa.CheckConstraint('"open" IN (0, 1)', name="open_is_yes_or_no"),
        sa.CheckConstraint("0 <= kept AND kept <= capacity", name="day_kept_within_capacity"),
        sa.CheckConstraint(
            "in_turn >= 0 AND priority >= 0 AND postal >= 0 AND accelerated >= 0 AND walk_in >= 0",
            name="day_classes_not_negative",
        ),
        sa.PrimaryKeyConstraint("line", "on"),
        postgresql_with=HOT,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slot",
        _must("line", WORDS),
        _must("start", WIDE),
        _must("capacity", WIDE),
        _must("protected", WIDE),
        _must("taken", WIDE),
        sa.CheckConstraint(
            "taken >= 0 AND protected >= 0 AND taken + protected <= capacity",
            name="slot_within_capacity",
        ),
        sa.PrimaryKeyConstraint("line", "start"),
        postgresql_with=HOT,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "return",
        _must("number", WIDE),
        _must("line", WORDS),
        _must("start", WIDE),
        _must("vehicle_class", WORDS),
        _must("look_at", WIDE),
        sa.PrimaryKeyConstraint("number", "start"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("return_look_at", "return", ["look_at"])
    op.create_index("return_line_start", "return", ["line", "start"])


def _bookings() -> None:
    op.create_table(
        "booking",
        _must("number", WIDE),
        _must("line", WORDS),
        _must("vehicle_class", WORDS),
        _may("start", WIDE),
        _must("holder", WIDE),
        _must("simulated", SMALL),
        _must("fee_minor", WIDE),
        _must("currency", WORDS),
        _must("confirmed_at", WIDE),
        _must("moves", WIDE),
        _may("displaced_at", WIDE),
        _may("arrived_at", WIDE),
        _may("joined_at", WIDE),
        _may("called_at", WIDE),
        _may("call_until", WIDE),
        _must("misses", WIDE),
        _may("admitted_at", WIDE),
        _may("ended_at", WIDE),
        _must("outcome", WORDS),
        _must("exception", WORDS),
        _must("exception_cause", WORDS),
        _must("exception_by", WIDE),
        _may("look_at", WIDE),
        _must("step", WORDS),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (outcome = '')", name="booking_ends_with_an_outcome"
        ),
        sa.CheckConstraint('"simulated" IN (0, 1)', name="simulated_is_yes_or_no"),
        sa.CheckConstraint(
            "ended_at IS NULL OR look_at IS NULL", name="booking_ended_is_left_alone"
        ),
        sa.CheckConstraint("fee_minor >= 0", name="booking_fee_not_negative"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_strict=True,
    )
    _partly("booking_holder_ended_at", "booking", ["holder", "ended_at"], "holder <> 0")
    _partly("booking_holder_number", "booking", ["holder", "number"], "holder <> 0")
    _partly("booking_awaiting", "booking", ["line", "number"], "exception = 'awaiting'")
    _partly("booking_line_start", "booking", ["line", "start"], "ended_at IS NULL")
    _partly("booking_look_at", "booking", ["look_at"], "look_at IS NOT NULL")
    _partly("booking_present", "booking", ["line"], "arrived_at IS NOT NULL AND ended_at IS NULL")


def _personal() -> None:
    op.create_table(
        "claim",
        _must("authority", WORDS),
        _must("kind", WORDS),
        _must("value", WORDS),
        _must("number", WIDE),
        sa.CheckConstraint("kind IN ('plate', 'vin')", name="claim_is_by_plate_or_vin"),
        sa.PrimaryKeyConstraint("authority", "kind", "value"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "particulars",
        _must("number", WIDE),
        _must("country", WORDS),
        _must("plate", WORDS),
        _must("vin", WORDS),
        _must("trailer", WORDS),
        _must("phone", WORDS),
        _must("purpose", WORDS),
        _must("erase_on", WORDS),
        sa.CheckConstraint("purpose <> '' AND erase_on <> ''", name="particulars_have_an_end"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_strict=True,
    )
    op.create_table(
        "driver",
        _must("number", WIDE),
        _must("ordinal", WIDE),
        _must("name", WORDS),
        sa.PrimaryKeyConstraint("number", "ordinal"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _accounts() -> None:
    op.create_table(
        "account",
        _must("id", WIDE),
        _must("login", WORDS),
        _must("name", WORDS),
        _must("password", WORDS),
        _must("simulated", SMALL),
        _must("added_at", WIDE),
        _may("closed_at", WIDE),
        _must("claims_lost", WIDE),
        sa.CheckConstraint(
            "closed_at IS NULL OR password = ''", name="account_closed_has_no_password"
        ),
        sa.CheckConstraint('"simulated" IN (0, 1)', name="simulated_is_yes_or_no"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "login",
        _must("login", WORDS),
        _must("account", WIDE),
        sa.PrimaryKeyConstraint("login"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "grant",
        _must("account", WIDE),
        _must("role", WORDS),
        _must("place", WORDS),
        sa.PrimaryKeyConstraint("account", "role", "place"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        _must("digest", WORDS),
        _must("account", WIDE),
        _must("purpose", WORDS),
        _must("began", WIDE),
        _must("expires", WIDE),
        sa.CheckConstraint("purpose IN ('session', 'password')", name="session_has_a_purpose"),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _carriers() -> None:
    op.create_table(
        "api_key",
        _must("id", WIDE),
        _must("account", WIDE),
        _must("digest", WORDS),
        _must("label", WORDS),
        _must("role", WORDS),
        _must("place", WORDS),
        _must("rate", WIDE),
        _must("issued_at", WIDE),
        _may("revoked_at", WIDE),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("api_key_digest", "api_key", ["digest"], unique=True)
    op.create_table(
        "garage_vehicle",
        _must("account", WIDE),
        _must("plate", WORDS),
        _must("country", WORDS),
        _must("vin", WORDS),
        _must("trailer", WORDS),
        _must("label", WORDS),
        sa.PrimaryKeyConstraint("account", "country", "plate"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "garage_driver",
        _must("account", WIDE),
        _must("name", WORDS),
        _must("phone", WORDS),
        sa.PrimaryKeyConstraint("account", "name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _log() -> None:
    op.create_table(
        "event",
        _must("position", WIDE),
        _must("at", WIDE),
        _must("real", WIDE),
        _must("kind", WORDS),
        _must("actor", WORDS),
        _must("line", WORDS),
        _must("number", WIDE),
        _must("body", WORDS),
        sa.PrimaryKeyConstraint("position"),
        sqlite_strict=True,
    )
    for kind in ("called_out_of_turn", "crossed", "released"):
        _partly(f"event_{kind}", "event", ["line", "at"], f"kind = '{kind}'")
    if op.get_context().dialect.name == "sqlite":
        op.create_index("event_line", "event", ["line"])
    else:
        op.create_index("event_line_position", "event", ["line", "position"])
    _partly("event_number", "event", ["number"], "number <> 0")
    op.create_table(
        "answer",
        _must("digest", sa.LargeBinary),
        _must("body", sa.LargeBinary),
        _must("outcome", sa.LargeBinary),
        _must("real", WIDE),
        sqlite_strict=True,
    )
    op.create_index("answer_digest", "answer", ["digest"], unique=True)
    op.create_table(
        "counter",
        _must("name", WORDS),
        _must("last", WIDE),
        sa.PrimaryKeyConstraint("name"),
        postgresql_with=HOT,
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "setting",
        _must("name", WORDS),
        _must("value", WORDS),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
