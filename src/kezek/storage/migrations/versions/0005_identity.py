"""What identifies a truck and a carrier: the plate as typed, spellings alike, confirmed carriers.

Adds two columns with a default and one index over live claims: at once whatever the number of bookings,
and less than a second for 100,000 live ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0005"
down_revision = "0004"
phase = "expand"
since = "0002"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """The release before leaves the columns to their defaults: nothing read anew, all confirmed."""
    op.add_column(
        "particulars", sa.Column("typed", WORDS, nullable=False, server_default=sa.text("''"))
    )
    op.add_column(
        "account", sa.Column("confirmed_at", WIDE, nullable=True, server_default=sa.text("0"))
    )
    op.create_index(
        "claim_namesake",
        "claim",
        ["authority", sa.text("substr(value, 4)")],
        sqlite_where=sa.text("kind = 'plate'"),
        postgresql_where=sa.text("kind = 'plate'"),
    )
