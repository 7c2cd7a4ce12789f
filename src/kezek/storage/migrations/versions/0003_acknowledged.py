"""When a driver answered a call.

Adds one column that may be empty, at once whatever the size of the database; the release before neither
reads nor writes it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
phase = "expand"
since = "0002"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("booking", sa.Column("acknowledged_at", WIDE, nullable=True))
