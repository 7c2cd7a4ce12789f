"""What a day's pools have and what its classes have taken are counts by name, and no column names one.

The columns of the release before stay beside the counts, and triggers keep both the same whichever
release writes; a step after this release takes columns and triggers away.  On SQLite the table of days
is made anew, since a column gets no default there: a second for a hundred thousand days.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0012"
down_revision = "0011"
phase = "expand"
since = "0002"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")

COUNTS = ("reserved", "protected", "taken")
CLASSES = ("in_turn", "priority", "postal", "accelerated", "walk_in")
POOLS = ("ordinary", "kept")
POOL_COLUMNS = {pool: f"protected_{pool}" for pool in POOLS}
CLASS_COLUMNS = {name: name for name in CLASSES}
BEFORE = (*POOL_COLUMNS.values(), *CLASS_COLUMNS.values())
STAY = ("line", "on", "open", "basis", "reason", "capacity", "kept")
# No name has a minus sign, so one in a row of counts belongs to a number.
NOT_NEGATIVE = " AND ".join(f"replace({name}, '-', '') = {name}" for name in COUNTS)
CLASSES_NOT_NEGATIVE = " AND ".join(f"{name} >= 0" for name in CLASSES)


def upgrade() -> None:
    """The release before leaves the counts to the triggers, and reads its own columns."""
    if op.get_context().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    op.execute("ALTER TABLE day RENAME TO day_before")
    op.create_table(
        "day",
        *(sa.Column(name, WORDS, nullable=False) for name in STAY[:2]),
        sa.Column("open", SMALL, nullable=False),
        sa.CheckConstraint('"open" IN (0, 1)', name="open_is_yes_or_no"),
        *(sa.Column(name, WORDS, nullable=False) for name in STAY[3:5]),
        *(sa.Column(name, WIDE, nullable=False, autoincrement=False) for name in STAY[5:]),
        *(sa.Column(name, WORDS, nullable=False, server_default="") for name in COUNTS),
        *(
            sa.Column(name, WIDE, nullable=False, server_default="0", autoincrement=False)
            for name in BEFORE
        ),
        sa.CheckConstraint("0 <= kept AND kept <= capacity", name="day_kept_within_capacity"),
        sa.CheckConstraint(NOT_NEGATIVE, name="day_counts_not_negative"),
        sa.CheckConstraint(CLASSES_NOT_NEGATIVE, name="day_classes_not_negative"),
        sa.PrimaryKeyConstraint("line", "on"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    columns = ", ".join(f'"{name}"' for name in (*STAY, *BEFORE))
    reserved = "json_patch('{}', json_object('kept', nullif(kept, 0)))"
    counts = ", ".join((reserved, _patched("'{}'", POOL_COLUMNS), _patched("'{}'", CLASS_COLUMNS)))
    op.execute(
        f"INSERT INTO day ({columns}, reserved, protected, taken) SELECT {columns}, {counts} "
        "FROM day_before"
    )
    op.execute("DROP TABLE day_before")
    for trigger in _sqlite_triggers():
        op.execute(trigger)


def _patched(counts: str, columns: Mapping[str, str], row: str = "") -> str:
    """Counts with what the columns say of their names; a name that counts 0 is left out."""
    said = ", ".join(f"'{name}', nullif({row}{column}, 0)" for name, column in columns.items())
    return f"json_patch({counts}, json_object({said}))"


def _sqlite_triggers() -> list[str]:
    """A statement of the release before names its columns, one of this release the counts.

    A trigger's own statement finds both the same, and so it sets off no other.
    """
    at = 'WHERE line = NEW.line AND "on" = NEW."on"'
    told = {column: f"NEW.protected, '$.{name}'" for name, column in POOL_COLUMNS.items()}
    told |= {column: f"NEW.taken, '$.{name}'" for name, column in CLASS_COLUMNS.items()}
    counted = {column: f"coalesce(json_extract({count}), 0)" for column, count in told.items()}
    differ = " OR ".join(f"NEW.{column} <> {count}" for column, count in counted.items())
    columns = ", ".join(f"{column} = {count}" for column, count in counted.items())
    kept = "json_patch('{}', json_object('kept', nullif(NEW.kept, 0)))"

    def counts(protected: str, taken: str) -> str:
        protected = _patched(protected, POOL_COLUMNS, "NEW.")
        return f"protected = {protected}, taken = {_patched(taken, CLASS_COLUMNS, 'NEW.')}"

    return [
        f"""CREATE TRIGGER day_counts_added AFTER INSERT ON day WHEN NEW.taken = '' BEGIN
UPDATE day SET reserved = {kept}, {counts("'{}'", "'{}'")} {at}; END""",
        f"""CREATE TRIGGER day_columns_added AFTER INSERT ON day
WHEN NEW.taken <> '' AND ({differ}) BEGIN
UPDATE day SET {columns} {at}; END""",
        f"""CREATE TRIGGER day_counts_follow AFTER UPDATE OF {", ".join(BEFORE)} ON day
WHEN NEW.kept <> OLD.kept OR {differ} BEGIN
UPDATE day SET reserved = CASE NEW.kept WHEN OLD.kept THEN NEW.reserved ELSE {kept} END,
{counts("NEW.protected", "NEW.taken")} {at}; END""",
        f"""CREATE TRIGGER day_columns_follow AFTER UPDATE OF protected, taken ON day WHEN {differ} BEGIN
UPDATE day SET {columns} {at}; END""",
    ]


def _on_postgresql() -> None:
    for name in COUNTS:
        op.add_column("day", sa.Column(name, WORDS, nullable=False, server_default=""))
    for name in BEFORE:
        op.alter_column("day", name, server_default="0")
    told = {column: f"NEW.protected::jsonb->>'{name}'" for name, column in POOL_COLUMNS.items()}
    told |= {column: f"NEW.taken::jsonb->>'{name}'" for name, column in CLASS_COLUMNS.items()}
    columns = "\n".join(
        f"NEW.{column} := coalesce(({count})::bigint, 0);" for column, count in told.items()
    )
    op.execute(f"""CREATE FUNCTION day_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF TG_OP = 'INSERT' THEN
    IF NEW.taken <> '' THEN
        {columns}
    ELSE
        NEW.reserved := {_built("'{}'", {"kept": "kept"}, "NEW.")};
        NEW.protected := {_built("'{}'", POOL_COLUMNS, "NEW.")};
        NEW.taken := {_built("'{}'", CLASS_COLUMNS, "NEW.")};
    END IF;
ELSIF NEW.protected <> OLD.protected OR NEW.taken <> OLD.taken OR NEW.reserved <> OLD.reserved
THEN
    {columns}
ELSIF ({_listed("NEW.")}) <> ({_listed("OLD.")}) THEN
    IF NEW.kept <> OLD.kept THEN
        NEW.reserved := {_built("'{}'", {"kept": "kept"}, "NEW.")};
    END IF;
    NEW.protected := {_built("NEW.protected", POOL_COLUMNS, "NEW.")};
    NEW.taken := {_built("NEW.taken", CLASS_COLUMNS, "NEW.")};
END IF;
RETURN NEW; END $$""")
    none = "'{}'"
    op.execute(
        f"UPDATE day SET reserved = {_built(none, {'kept': 'kept'})}, "
        f"protected = {_built(none, POOL_COLUMNS)}, taken = {_built(none, CLASS_COLUMNS)}"
    )
    op.create_check_constraint("day_counts_not_negative", "day", NOT_NEGATIVE)
    op.execute(
        "CREATE TRIGGER day_counts_and_columns BEFORE INSERT OR UPDATE ON day "
        "FOR EACH ROW EXECUTE FUNCTION day_counted()"
    )


def _built(counts: str, columns: Mapping[str, str], row: str = "") -> str:
    """As `_patched`, in the words of PostgreSQL."""
    said = ", ".join(f"'{name}', nullif({row}{column}, 0)" for name, column in columns.items())
    return f"jsonb_strip_nulls({counts}::jsonb || jsonb_build_object({said}))::text"


def _listed(row: str) -> str:
    return ", ".join(row + name for name in ("kept", *BEFORE))
