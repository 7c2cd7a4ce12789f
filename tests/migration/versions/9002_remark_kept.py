"""A step of the tests: the new column is there in every row from now on, and an old one goes."""

from __future__ import annotations

from alembic import op

revision = "9002"
down_revision = "9001"
phase = "contract"
since = "9001"


def upgrade() -> None:
    op.execute("UPDATE booking SET remark = outcome WHERE remark IS NULL")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE booking ALTER COLUMN remark SET DEFAULT ''")
        op.execute("ALTER TABLE booking ALTER COLUMN remark SET NOT NULL")
