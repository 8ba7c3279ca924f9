"""Bringing the schema of a database to what this version needs."""

from __future__ import annotations

import logging
import math
import time
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from sqlalchemy import column, func, inspect, select, table, text

from opsbot.errors import StoreError
from opsbot.store.schema import schema_floor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alembic.config import Config
    from sqlalchemy import Connection

    from opsbot.store.engine import Database

_log = logging.getLogger(__name__)

_LOCK = 0x6F707360
"""Near the numbers of the replicas' locks, and none of them."""

_AGAIN = 0.2
"""Seconds until whoever waits looks again."""
_SILENT = 10.0
"""Seconds until whoever waits says so."""
_NOTICED: Final[Mapping[str, str]] = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""By which the server notices in half a minute that the machine is gone which holds the lock, rather than in two hours."""

_stamp = table("alembic_version", column("version_num"))


def migrate(database: Database) -> None:
    """Run the migrations that are missing; twice is the same as once, also where two do so at the same time.

    In an embedded database all of them are done, or none. In a server's each is done or not, one after the other, so that
    one which others could write beside needn't keep them waiting; what is missing after a failure the next run does.
    A newer version's database on which this one can work is left as it is. Raises StoreError where it can't.
    """
    if database.is_embedded:
        with database.transaction() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # its driver would begin with the first row, not with a table
            if _is_behind(connection):
                _upgrade(connection)
    else:
        with _alone(database) as lock:
            if _is_behind(lock):
                with _unhurried(database) as connection:
                    _upgrade(connection)


def is_current(database: Database) -> bool:
    """Tell whether this version can work on the schema: it is its own, or a newer one that says so of older versions.

    Raises StoreError where only a newer version can.
    """
    with database.transaction() as connection:
        return not _is_behind(connection)


def revisions() -> list[str]:
    """List the revisions that this version knows, the newest last: each migration's file begins with its own."""
    names = (entry.name for entry in files("opsbot.store.migrations.versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name[:1].isdigit() and name.endswith(".py"))


def _is_behind(connection: Connection) -> bool:
    revision, known = revision_of(connection), revisions()
    if revision is None or revision in known:
        return revision != known[-1]
    if _floor_of(connection) not in known:
        raise StoreError(
            f"The database's schema is {revision}, which only a newer opsbot knows: run that one, or restore the"
            " backup from before the upgrade."
        )
    _log.info("the database's schema is %s, which a newer opsbot made; this one can work on it, too", revision)
    return False


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 8 MB and 50 ms, which a start without a migration does without

    command.upgrade(_config(connection), "head")


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """Wait until nobody else migrates, and have them wait inside: each pod of a rollout begins with that.

    Nobody waits within a statement, nor is there a transaction in here: an index that is made beside its writers waits
    for all that began before it, and would wait for those who wait for it.
    """
    with database.connection() as opened:
        connection = opened.execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(select(*(func.set_config(name, value, False) for name, value in _NOTICED.items())))  # noqa: FBT003 - PostgreSQL's signature: for the session
            _wait_for_lock(connection)
            yield connection
        finally:
            connection.invalidate()  # with its session the lock goes, whatever state that is in


def _wait_for_lock(connection: Connection) -> None:
    say_at = time.monotonic() + _SILENT
    while not connection.execute(select(func.pg_try_advisory_lock(_LOCK))).scalar_one():
        if time.monotonic() >= say_at:
            say_at = math.inf
            _log.warning("another process migrates the database already; I wait until it is done")
        time.sleep(_AGAIN)


@contextmanager
def _unhurried(database: Database) -> Iterator[Connection]:
    """Let a migration take as long as it does: a limit that is right for the bot would end it in the middle each time."""
    with database.connection() as connection:
        try:
            connection.execute(text("SET statement_timeout = 0"))
            connection.commit()
            yield connection
        finally:
            connection.invalidate()  # nobody gets this one afterwards


def revision_of(connection: Connection) -> str | None:
    """Name the revision that the schema is at; None where there is none yet."""
    if not inspect(connection).has_table(_stamp.name):
        return None
    return connection.execute(select(_stamp.c.version_num)).scalar_one_or_none()


def _floor_of(connection: Connection) -> str | None:
    """Name the revision that whoever works on the schema has to know; None where it doesn't say, being none of ours."""
    if not inspect(connection).has_table(schema_floor.name):
        return None
    return connection.execute(select(schema_floor.c.revision)).scalar_one_or_none()


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "opsbot.store:migrations")
    config.attributes["connection"] = connection
    return config
