"""Refused proposals, calls that ran out and decisions about capacity, found without reading the log.

Five small indexes: each is made by one look at the log, about a second for a million events.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
phase = "expand"
since = "0002"


def upgrade() -> None:
    """The release before asks for none of these indexes."""
    for kind in ("proposal_refused", "missed", "not_shown", "capacity_set", "day_opened"):
        chosen = sa.text(f"kind = '{kind}'")
        op.create_index(
            f"event_{kind}", "event", ["line", "at"], sqlite_where=chosen, postgresql_where=chosen
        )
