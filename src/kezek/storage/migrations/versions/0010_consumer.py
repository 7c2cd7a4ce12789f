"""How far each consumer of the log has come.

Makes one empty table, at once whatever the size of the database.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0010"
down_revision = "0009"
phase = "expand"
since = "0002"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Beside what there is: the release before seals without a position, and its tree says how far."""
    op.create_table(
        "consumer",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("position", WIDE, nullable=False, autoincrement=False),
        sa.CheckConstraint("position >= 0", name="consumer_within_log"),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
        sqlite_strict=True,
        postgresql_with={"fillfactor": 50},
    )
