"""How Alembic runs our migrations: on the connection that it is handed.

Within a transaction that goes on there already they are a part of it; else each has its own.
"""

from alembic import context

from opsbot.store.migrations.floor import keep_floor
from opsbot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=True,
    on_version_apply=keep_floor,
)
with context.begin_transaction():
    context.run_migrations()
