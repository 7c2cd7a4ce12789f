"""How often a line's cycle of classes has passed its beginning, and the round that a turn lets pass.

Adds two columns without touching a row: at once, whatever the size of the database.  Rows of the release
before have round 0 and let no round pass, which is its rule.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
phase = "expand"
since = "0002"

# As the columns are written down in the schema; SQLite keeps the words as they are.
_WIDE = {"sqlite": "INTEGER", "postgresql": "BIGINT"}


def upgrade() -> None:
    """The release before names its columns when it writes, and so leaves these as they are."""
    wide = _WIDE[op.get_context().dialect.name]
    op.execute(f"ALTER TABLE line ADD COLUMN round {wide} DEFAULT '0' NOT NULL")
    op.execute(f"ALTER TABLE booking ADD COLUMN joined_round {wide}")
