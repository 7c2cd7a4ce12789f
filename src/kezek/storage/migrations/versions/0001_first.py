"""The first schema: the network, bookings, accounts, and the log.  Runs on an empty file, at once."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.sqlite import REAL as SQLITE_REAL
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

Kind: TypeAlias = type[TypeEngine[Any]] | TypeEngine[Any]
WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
REAL = sa.Float().with_variant(SQLITE_REAL(), "sqlite")

FENCES = (
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


def upgrade() -> None:
    """Everything from nothing."""
    _network()
    _places()
    _bookings()
    _personal()
    _accounts()
    _carriers()
    _log()
    for fence in FENCES:
        op.execute(fence)


def _must(name: str, kind: Kind) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: Kind) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _network() -> None:
    op.create_table(
        "checkpoint",
        _must("id", sa.Text),
        _must("country", sa.Text),
        _must("zone", sa.Text),
        _must("name_en", sa.Text),
        _must("name_ru", sa.Text),
        _may("name_kk", sa.Text),
        _must("neighbour", sa.Text),
        _may("opposite_en", sa.Text),
        _may("opposite_ru", sa.Text),
        _may("region", sa.Text),
        _may("opening_hours", sa.Text),
        _may("lanes", sa.Text),
        sa.Column("lat", sa.Float().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.Column("lon", sa.Float().with_variant(sa.REAL(), "sqlite"), nullable=True),
        _may("coord_of", sa.Text),
        _may("coord_confidence", sa.Text),
        _may("e_queue", sa.Text),
        _must("source", sa.Text),
        _must("confidence", sa.Text),
        _may("notes", sa.Text),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "line",
        _must("id", sa.Text),
        _must("checkpoint", sa.Text),
        _must("direction", sa.Text),
        _must("authority", sa.Text),
        _must("regulation", sa.Text),
        _must("zone", sa.Text),
        _must("basis", sa.Text),
        _must("cursor", WIDE),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _places() -> None:
    op.create_table(
        "day",
        _must("line", sa.Text),
        _must("on", sa.Text),
        _must("open", SMALL),
        _must("basis", sa.Text),
        _must("reason", sa.Text),
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
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slot",
        _must("line", sa.Text),
        _must("start", WIDE),
        _must("capacity", WIDE),
        _must("protected", WIDE),
        _must("taken", WIDE),
        sa.CheckConstraint(
            "taken >= 0 AND protected >= 0 AND taken + protected <= capacity",
            name="slot_within_capacity",
        ),
        sa.PrimaryKeyConstraint("line", "start"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "return",
        _must("number", WIDE),
        _must("line", sa.Text),
        _must("start", WIDE),
        _must("vehicle_class", sa.Text),
        _must("look_at", WIDE),
        sa.PrimaryKeyConstraint("number", "start"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("return_look_at", "return", ["look_at"])


def _bookings() -> None:
    op.create_table(
        "booking",
        _must("number", WIDE),
        _must("line", sa.Text),
        _must("vehicle_class", sa.Text),
        _may("start", WIDE),
        _must("holder", WIDE),
        _must("simulated", SMALL),
        _must("fee_minor", WIDE),
        _must("currency", sa.Text),
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
        _must("outcome", sa.Text),
        _must("exception", sa.Text),
        _must("exception_by", WIDE),
        _may("look_at", WIDE),
        _must("step", sa.Text),
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
    op.create_index(
        "booking_holder_number",
        "booking",
        ["holder", "number"],
        sqlite_where=sa.text("holder <> 0"),
    )
    op.create_index(
        "booking_line_start", "booking", ["line", "start"], sqlite_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "booking_look_at", "booking", ["look_at"], sqlite_where=sa.text("look_at IS NOT NULL")
    )
    op.create_index(
        "booking_present",
        "booking",
        ["line"],
        sqlite_where=sa.text("arrived_at IS NOT NULL AND ended_at IS NULL"),
    )


def _personal() -> None:
    op.create_table(
        "claim",
        _must("authority", sa.Text),
        _must("kind", sa.Text),
        _must("value", sa.Text),
        _must("number", WIDE),
        sa.CheckConstraint("kind IN ('plate', 'vin')", name="claim_is_by_plate_or_vin"),
        sa.PrimaryKeyConstraint("authority", "kind", "value"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "particulars",
        _must("number", WIDE),
        _must("country", sa.Text),
        _must("plate", sa.Text),
        _must("vin", sa.Text),
        _must("trailer", sa.Text),
        _must("phone", sa.Text),
        _must("purpose", sa.Text),
        _must("erase_on", sa.Text),
        sa.CheckConstraint("purpose <> '' AND erase_on <> ''", name="particulars_have_an_end"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_strict=True,
    )
    op.create_table(
        "driver",
        _must("number", WIDE),
        _must("ordinal", WIDE),
        _must("name", sa.Text),
        sa.PrimaryKeyConstraint("number", "ordinal"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _accounts() -> None:
    op.create_table(
        "account",
        _must("id", WIDE),
        _must("login", sa.Text),
        _must("name", sa.Text),
        _must("password", sa.Text),
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
        _must("login", sa.Text),
        _must("account", WIDE),
        sa.PrimaryKeyConstraint("login"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "grant",
        _must("account", WIDE),
        _must("role", sa.Text),
        _must("place", sa.Text),
        sa.PrimaryKeyConstraint("account", "role", "place"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        _must("digest", sa.Text),
        _must("account", WIDE),
        _must("purpose", sa.Text),
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
        _must("digest", sa.Text),
        _must("label", sa.Text),
        _must("role", sa.Text),
        _must("place", sa.Text),
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
        _must("plate", sa.Text),
        _must("country", sa.Text),
        _must("vin", sa.Text),
        _must("trailer", sa.Text),
        _must("label", sa.Text),
        sa.PrimaryKeyConstraint("account", "country", "plate"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "garage_driver",
        _must("account", WIDE),
        _must("name", sa.Text),
        _must("phone", sa.Text),
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
        _must("kind", sa.Text),
        _must("actor", sa.Text),
        _must("line", sa.Text),
        _must("number", WIDE),
        _must("body", sa.Text),
        sa.PrimaryKeyConstraint("position"),
        sqlite_strict=True,
    )
    op.create_index(
        "event_called_out_of_turn",
        "event",
        ["line", "at"],
        sqlite_where=sa.text("kind = 'called_out_of_turn'"),
    )
    op.create_index(
        "event_crossed", "event", ["line", "at"], sqlite_where=sa.text("kind = 'crossed'")
    )
    op.create_index("event_line", "event", ["line"])
    op.create_index("event_number", "event", ["number"], sqlite_where=sa.text("number <> 0"))
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
        _must("name", sa.Text),
        _must("last", WIDE),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "setting",
        _must("name", sa.Text),
        _must("value", sa.Text),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
