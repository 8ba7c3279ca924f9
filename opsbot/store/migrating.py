"""Bringing the schema of a database to what this version needs."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import column, func, inspect, select, table

from opsbot.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from opsbot.store.engine import Database

_LOCK = 0x6F707360
"""Near the numbers of the replicas' locks, and none of them."""

_stamp = table("alembic_version", column("version_num"))


def migrate(database: Database) -> None:
    """Run the migrations that are missing; twice is the same as once, also where two do so at the same time.

    All of them are done, or none. Raises StoreError where the database is newer than this version.
    """
    with database.transaction() as connection:
        _wait_for_others(connection)
        revision = revision_of(connection)
        known = revisions()
        if revision == known[-1]:
            return
        if revision is not None and revision not in known:
            raise StoreError(
                f"The database's schema is {revision}, which only a newer opsbot knows: run that one, or restore the"
                " backup from before the upgrade."
            )
        from alembic import command  # noqa: PLC0415 - 8 MB and 50 ms, which a start without a migration does without

        command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Tell whether the schema is the one that this version needs."""
    with database.transaction() as connection:
        return revision_of(connection) == revisions()[-1]


def is_made(database: Database) -> bool:
    """Tell whether there is any schema of ours."""
    with database.transaction() as connection:
        return revision_of(connection) is not None


def revisions() -> list[str]:
    """List the revisions that this version knows, the newest last: each migration's file begins with its own."""
    names = (entry.name for entry in files("opsbot.store.migrations.versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name[:1].isdigit() and name.endswith(".py"))


def _wait_for_others(connection: Connection) -> None:
    """Have whoever else migrates wait until our transaction ends: each pod of a rollout begins with that."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # its driver would begin with the first row, not with a table
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def revision_of(connection: Connection) -> str | None:
    """Name the revision that the schema is at; None where there is none yet."""
    if not inspect(connection).has_table(_stamp.name):
        return None
    return connection.execute(select(_stamp.c.version_num)).scalar_one_or_none()


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "opsbot.store:migrations")
    config.attributes["connection"] = connection
    return config
