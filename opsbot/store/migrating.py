"""Bringing the schema of a database to what this version needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

from opsbot.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from opsbot.store.engine import Database

_LOCK = 0x6F707360
"""Near the numbers of the replicas' locks, and none of them."""


def migrate(database: Database) -> None:
    """Run the migrations that are missing; twice is the same as once, also where two do so at the same time.

    All of them are done, or none. Raises StoreError where the database is newer than this version.
    """
    with database.transaction() as connection:
        _wait_for_others(connection)
        revision = _revision(connection)
        if revision is not None and revision not in _known():
            raise StoreError(
                f"The database's schema is {revision}, which only a newer opsbot knows: run that one, or restore the"
                " backup from before the upgrade."
            )
        command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Tell whether the schema is the one that this version needs."""
    with database.transaction() as connection:
        return _revision(connection) == ScriptDirectory.from_config(_config()).get_current_head()


def _wait_for_others(connection: Connection) -> None:
    """Have whoever else migrates wait until our transaction ends: each pod of a rollout begins with that."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # its driver would begin with the first row, not with a table
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "opsbot.store:migrations")
    config.attributes["connection"] = connection
    return config
