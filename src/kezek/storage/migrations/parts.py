"""The names of a schema's guards (indexes, checks, triggers), which a start and the doctor look for.

They are plain names, so that a start need not load the tools for schemas.  Tests compare them with
`schema.py` and with the result of the migrations.  Columns follow from the fields of rows (`table.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields

from kezek.storage.fault import Damaged
from kezek.storage.table import INDEXED_KINDS, TABLES

INDEXES = (
    "answer_digest",
    "api_key_digest",
    "booking_awaiting",
    "booking_holder_ended_at",
    "booking_holder_number",
    "booking_line_start",
    "booking_look_at",
    "booking_present",
    "booking_proposed",
    "booking_salt",
    "claim_namesake",
    "event_number",
    *sorted(f"event_{kind}" for kind in INDEXED_KINDS),
    "return_line_start",
    "return_look_at",
)
CHECKS = (
    "account_closed_has_no_password",
    "booking_ended_is_left_alone",
    "booking_ends_with_an_outcome",
    "booking_fee_not_negative",
    "claim_is_by_plate_or_vin",
    "consumer_within_log",
    "day_classes_not_negative",
    "day_counts_not_negative",
    "day_kept_within_capacity",
    "open_is_yes_or_no",
    "particulars_have_an_end",
    "session_has_a_purpose",
    "simulated_is_yes_or_no",
    "slot_within_capacity",
    "tree_of_whole_hashes",
)
TRIGGERS = (
    # Names of places in the columns of the release before, and in the rows of this one.
    "checkpoint_named",
    "place_name_spread",
    # I3: a vehicle changes hands only when the booking that held it has ended.
    "claim_held_once",
    # I9: events, the tree and its heads are never changed or deleted.
    "event_never_changed",
    # I5: positions follow each other, so that a reader that catches up misses nothing.
    "event_without_gap",
    "head_never_back",
    "head_never_changed",
    "tree_never_changed",
    "tree_without_gap",
)
# Guards that only one of the databases has.
OWN: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        # Both ways between the columns of the release before and the counts of this one.
        "day_columns_added",
        "day_columns_follow",
        "day_counts_added",
        "day_counts_follow",
        "event_line",
        "event_never_removed",
        "head_never_removed",
        "tree_never_removed",
    ),
    "postgresql": (
        "day_counts_and_columns",
        "event_line_position",
        "event_never_emptied",
        "head_never_emptied",
        "tree_never_emptied",
    ),
}
# The most missing parts that a message names; the first ones show which backup is needed.
_NAMED_MAX = 5


def columns() -> set[tuple[str, str]]:
    """Table and name of every column that rows have."""
    return {(table.name, field.name) for kind, table in TABLES.items() for field in fields(kind)}


def refuse_incomplete(
    where: str, database: str, there: Collection[tuple[str, str]], named: Collection[str] | None
) -> None:
    """Damaged when a column or a guard is missing from a schema.

    `there` are table and name of its columns, `named` the names of its indexes, checks and triggers;
    None for those of a newer release, which may have others.
    """
    missing = [f"column {table}.{name}" for table, name in sorted(columns() - set(there))]
    if named is not None:
        wanted = {*INDEXES, *CHECKS, *TRIGGERS, *OWN[database]}
        missing += sorted(wanted - set(named))
    if missing:
        told = ", ".join(missing[:_NAMED_MAX]) + (" and more" if len(missing) > _NAMED_MAX else "")
        raise Damaged(
            f"{where} lacks a part of its schema that guards the queue ({told}): somebody has changed "
            "it by hand; restore the last backup, or put back what is missing; it is left as it is"
        )


def refuse_nameless(where: str) -> None:
    """Damaged, because a database has tables of ours but no record of its step."""
    raise Damaged(
        f"{where} does not say which version its schema has (the row in alembic_version is gone): "
        "restore the last backup, or put the row back; it is left as it is"
    )
