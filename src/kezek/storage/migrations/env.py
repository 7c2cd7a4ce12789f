"""How Alembic runs the steps: it only writes SQL, which the store runs by itself."""

from __future__ import annotations

from alembic import context

from kezek.storage.schema import metadata

context.configure(dialect_name="sqlite", target_metadata=metadata, literal_binds=True)
with context.begin_transaction():
    context.run_migrations()
