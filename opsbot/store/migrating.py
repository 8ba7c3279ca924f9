"""Bringing the schema of a database to what this version needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from opsbot.store.engine import Database


def migrate(database: Database) -> None:
    """Run the migrations that are missing; twice is the same as once."""
    with database.transaction() as connection:
        command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Tell whether the schema is the one that this version needs."""
    with database.transaction() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision == ScriptDirectory.from_config(_config()).get_current_head()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "opsbot.store:migrations")
    config.attributes["connection"] = connection
    return config
