"""What one officer has proposed and a second person has not yet answered, and what is counted of it.

Adds a column that is empty for every booking, at once whatever the size of the database, and three small
indexes: each is made by one look at its table, about a second for a million rows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0007"
down_revision = "0006"
phase = "expand"
since = "0002"

WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """The release before leaves the column empty, and asks for none of the indexes."""
    op.add_column("booking", sa.Column("proposal", WORDS, nullable=False, server_default=""))
    _partly(
        "booking_proposed",
        "booking",
        ["line", "number"],
        "ended_at IS NULL AND (exception = 'proposed' OR proposal <> '')",
    )
    for kind in ("set_aside", "exception_refused"):
        _partly(f"event_{kind}", "event", ["line", "at"], f"kind = '{kind}'")


def _partly(name: str, table: str, columns: list[str], where: str) -> None:
    chosen = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=chosen, postgresql_where=chosen)
