"""Alembic's environment: it only writes SQL, which the store runs."""

from __future__ import annotations

from alembic import context

from kezek.storage.schema import metadata

# The store begins and ends the transaction, so the script has neither statement.
context.configure(
    dialect_name=context.config.get_main_option("dialect"),
    target_metadata=metadata,
    literal_binds=True,
    # No statement has parameters, so percent signs are not escaped.
    dialect_opts={"paramstyle": "named"},
    transactional_ddl=False,
)
with context.begin_transaction():
    context.run_migrations()
