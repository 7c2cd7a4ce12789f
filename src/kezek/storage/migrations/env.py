"""How Alembic runs the steps: it only writes SQL, which the store runs by itself."""

from __future__ import annotations

from alembic import context

from kezek.storage.schema import metadata

# The store opens the transaction and ends it, so the script holds neither word.
context.configure(
    dialect_name=context.config.get_main_option("dialect"),
    target_metadata=metadata,
    literal_binds=True,
    # No statement has parameters, so a percent sign stands for itself.
    dialect_opts={"paramstyle": "named"},
    transactional_ddl=False,
)
with context.begin_transaction():
    context.run_migrations()
