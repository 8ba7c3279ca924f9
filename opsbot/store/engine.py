"""The database: one engine, tuned for the one or the other kind, and errors in our own words."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from opsbot.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from opsbot.actions.ports import Waiting


_PATIENCE = 5.0
"""Seconds to wait for a connection, and on SQLite for the one write lock."""


class Database:
    """An engine and its transactions. `url` is SQLAlchemy's: `sqlite:///file.db` or `postgresql+psycopg://...`."""

    def __init__(self, url: str, waiting: Waiting = nullcontext) -> None:
        """Make the engine; `waiting` is entered around each transaction, so that others may compute meanwhile."""
        self.engine = _engine(url)
        self._waiting = waiting

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is a file of this process alone."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection whose writes are kept at the end, all or none; raises StoreError."""
        try:
            with self._waiting(), self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreError("My database doesn't answer as it should; nothing was changed. Try again soon.") from error

    def ping(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, connect_args={"timeout": _PATIENCE, "check_same_thread": False})
            event.listen(engine, "connect", _tune_sqlite)
            return engine
        return create_engine(
            parsed, pool_pre_ping=True, pool_timeout=_PATIENCE, connect_args={"connect_timeout": int(_PATIENCE)}
        )
    except (ArgumentError, ImportError) as error:
        raise ConfigError(f"The database url can't be used: {error}") from error


def _tune_sqlite(connection: Any, _record: object) -> None:
    """Let readers go on beside the one writer, and keep every commit through a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
