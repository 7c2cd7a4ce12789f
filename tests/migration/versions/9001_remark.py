"""A step of the tests: a new column that the release before does not know, filled in where it can be.

It waits for a lock of the tests', so that it can be killed in the middle.
"""

from __future__ import annotations

from runpy import run_path

from alembic import op

from kezek.storage.migrations.script import FOLDER

revision = "9001"
# Behind the last step of this release, whichever that is.
_last = max((FOLDER / "versions").glob("0*.py"))
down_revision = _last.name[:4]
# It takes nothing away either: whoever can work on a database after that step can after this one.
since = run_path(str(_last))["since"]
phase = "expand"

GATE = 4_242  # as in this folder's __init__; a step is loaded by its path alone


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD COLUMN remark TEXT")
    op.execute("UPDATE booking SET remark = outcome")
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"SELECT pg_advisory_xact_lock({GATE})")
    op.execute("CREATE INDEX booking_remark ON booking (remark) WHERE remark <> ''")
