"""The log's tree, its salts and its signed heads.

Makes four empty tables, at once whatever the size of the database; the server then seals the log that is
there in the background, 16,384 events a second.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0002"
down_revision = "0001"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")

SQLITE_FENCES = (
    """CREATE TRIGGER tree_never_changed BEFORE UPDATE ON tree BEGIN
SELECT RAISE(ABORT, 'the tree is append-only: no hash is changed'); END""",
    """CREATE TRIGGER tree_never_removed BEFORE DELETE ON tree BEGIN
SELECT RAISE(ABORT, 'the tree is append-only: no hash is removed'); END""",
    """CREATE TRIGGER tree_without_gap BEFORE INSERT ON tree
WHEN NEW.first <> coalesce((SELECT first + length(hashes) / 32 FROM tree
WHERE tier = NEW.tier ORDER BY first DESC LIMIT 1), 0) BEGIN
SELECT RAISE(ABORT, 'the tree has no gaps: hashes follow each other'); END""",
    """CREATE TRIGGER head_never_changed BEFORE UPDATE ON head BEGIN
SELECT RAISE(ABORT, 'a head that was signed is never changed'); END""",
    """CREATE TRIGGER head_never_removed BEFORE DELETE ON head BEGIN
SELECT RAISE(ABORT, 'a head that was signed is never removed'); END""",
    """CREATE TRIGGER head_never_back BEFORE INSERT ON head
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM head)
OR NEW.size <= coalesce((SELECT size FROM head ORDER BY number DESC LIMIT 1), 0) BEGIN
SELECT RAISE(ABORT, 'heads follow each other and never go back'); END""",
)

POSTGRESQL_FENCES = (
    """CREATE FUNCTION sealed_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE 'the tree and its heads are append-only: nothing is changed or removed'
USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$""",
    """CREATE TRIGGER tree_never_changed BEFORE UPDATE OR DELETE ON tree
FOR EACH ROW EXECUTE FUNCTION sealed_kept()""",
    """CREATE TRIGGER tree_never_emptied BEFORE TRUNCATE ON tree
FOR EACH STATEMENT EXECUTE FUNCTION sealed_kept()""",
    """CREATE TRIGGER head_never_changed BEFORE UPDATE OR DELETE ON head
FOR EACH ROW EXECUTE FUNCTION sealed_kept()""",
    """CREATE TRIGGER head_never_emptied BEFORE TRUNCATE ON head
FOR EACH STATEMENT EXECUTE FUNCTION sealed_kept()""",
    """CREATE FUNCTION tree_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.first <> coalesce((SELECT first + length(hashes) / 32 FROM tree
WHERE tier = NEW.tier ORDER BY first DESC LIMIT 1), 0) THEN
RAISE 'the tree has no gaps: hashes follow each other'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'tree', CONSTRAINT = TG_NAME;
END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER tree_without_gap BEFORE INSERT ON tree
FOR EACH ROW EXECUTE FUNCTION tree_follows()""",
    """CREATE FUNCTION head_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM head)
OR NEW.size <= coalesce((SELECT size FROM head ORDER BY number DESC LIMIT 1), 0) THEN
RAISE 'heads follow each other and never go back'
USING ERRCODE = 'integrity_constraint_violation', TABLE = 'head', CONSTRAINT = TG_NAME;
END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER head_never_back BEFORE INSERT ON head
FOR EACH ROW EXECUTE FUNCTION head_follows()""",
)


def upgrade() -> None:
    """Beside what there is: a server of the release before runs on as if nothing had happened."""
    op.create_table(
        "salt",
        sa.Column("number", WIDE, nullable=False, autoincrement=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_strict=True,
    )
    op.create_table(
        "tree",
        sa.Column("tier", WIDE, nullable=False, autoincrement=False),
        sa.Column("first", WIDE, nullable=False, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.CheckConstraint(
            "length(hashes) > 0 AND length(hashes) % 32 = 0", name="tree_of_whole_hashes"
        ),
        sa.PrimaryKeyConstraint("tier", "first"),
        sqlite_strict=True,
    )
    op.create_table(
        "head",
        sa.Column("number", WIDE, nullable=False, autoincrement=False),
        sa.Column("size", WIDE, nullable=False, autoincrement=False),
        sa.Column("note", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_strict=True,
    )
    op.create_table(
        "cosignature",
        sa.Column("head", WIDE, nullable=False, autoincrement=False),
        sa.Column("witness", WORDS, nullable=False),
        sa.Column("line", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("head", "witness"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    fences = {"sqlite": SQLITE_FENCES, "postgresql": POSTGRESQL_FENCES}
    for fence in fences[op.get_context().dialect.name]:
        op.execute(fence)
