"""The database: one engine, tuned for the one or the other kind, and errors in our own words."""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from sqlalchemy import QueuePool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from opsbot.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import URL, Connection, Engine

    from opsbot.actions.ports import Waiting


_PATIENCE = 5.0
"""Seconds to wait for a connection, and on SQLite for the one write lock."""

CONNECTIONS = 50
"""At most so many at once: more threads than that work, but each wants one for milliseconds only, and a PostgreSQL
server, which allows 100 unless told otherwise, still has as many for another replica."""
_KEPT = 16
"""Connections that stay open when nobody needs them just now."""
_LEFT_ALONE = "15s"
"""No transaction of ours does nothing for so long, unless its process is frozen."""

_NOTICED: Final[Mapping[str, str]] = {
    "tcp_user_timeout": "10000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
}
"""By which a connection notices within ten seconds that the server's machine is gone, as after a failover; a query that
nobody answers any more, and with it a beat of this process, would else hang for a quarter of an hour, or two."""

_WRITTEN = re.compile(r"(?:://[^:/@]*:|[?&]\w*(?i:password)\w*=)([^@&]+)")
"""Where passwords stand in a url."""


class Database:
    """An engine and its transactions. `url` is SQLAlchemy's: `sqlite:///file.db` or `postgresql+psycopg://...`."""

    def __init__(self, url: str, waiting: Waiting = nullcontext, *, patience: float = _PATIENCE) -> None:
        """Make the engine; raises ConfigError, which repeats nothing of the url: a password may be in any part of it.

        `waiting` is entered around each transaction, so that others may compute meanwhile; `patience` is how many
        seconds a transaction may wait for its connection.
        """
        self.engine = _engine(url, patience)
        self._waiting = waiting

    @property
    def is_embedded(self) -> bool:
        """Tell whether the database is a file of this process alone."""
        return self.engine.dialect.name == "sqlite"

    @property
    def url(self) -> str:
        """The url, password and all, by which others in this process connect as the engine does."""
        return self.engine.url.render_as_string(hide_password=False)

    @property
    def file(self) -> Path | None:
        """The file of an embedded database, whether it is there or not; None where the database is a server's."""
        name = self.engine.url.database
        if not self.is_embedded or name is None:
            return None
        return Path(unquote(urlsplit(name).path) if name.startswith("file:") else name)

    @property
    def is_made(self) -> bool:
        """Tell whether there is anything to connect to; of a server only a connection can tell, so it is believed."""
        try:
            return self.file is None or self.file.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError:
            return True  # whatever it is, the connection says it

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection whose writes are kept at the end, all or none; raises StoreError.

        Its sentence is for whoever asked; a note on it tells whoever runs the bot why.
        """
        with self._telling(), self._waiting(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection whose user begins and ends transactions; raises StoreError as above."""
        with self._telling(), self._waiting(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            failed = StoreError("My database doesn't answer as it should. Try again soon.")
            failed.add_note(_reason(error, self.engine.url))
            raise failed from error

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


def existing(url: str, waiting: Waiting = nullcontext) -> Database:
    """Make the engine of a database that is there; of an embedded one StoreError says so if it isn't: to connect makes it.

    An empty file is none, either: whoever looked made it, and never wrote to it.
    """
    database = Database(url, waiting)
    if database.is_made:
        return database
    database.close()
    raise StoreError(
        f"There is no database at {database.file} yet: “opsbot serve” makes it when it starts, “opsbot migrate” without"
        " starting. If there should be one, look at database.url, and at the folder you are in."
    )


def url_problem(url: str) -> str:
    """Say what keeps a url from being used, or nothing; nothing is connected to."""
    try:
        Database(url).close()
    except ConfigError as error:
        return str(error)
    return ""


def secrets_in(url: str) -> tuple[str, ...]:
    """Find the passwords within a url, each as it stands there and as it is meant; a url that can't be read has none.

    What is after the question mark goes to the driver as it is, and some of that is a password, too.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the second where the port is no number
        return ()
    found = [str(parsed.password)] if parsed.password else []
    for name, value in parsed.query.items():
        if "password" in name.lower():
            found += [value] if isinstance(value, str) else value
    urls = (url, parsed.render_as_string(hide_password=False))  # the second is what others connect by
    parts = (part for each in urls for part in _WRITTEN.findall(each))
    written = [part for part in parts if unquote(part) in found or unquote_plus(part) in found]
    # As it is meant, as it stands in the url, and as it stands in urls that others make of it.
    return tuple(dict.fromkeys((*found, *written, *(quote(each, safe="") for each in found))))


def _engine(url: str, patience: float) -> Engine:
    """Make an engine; what is raised has no cause, since the cause would show the url."""
    try:
        parsed = make_url(url)
        pool: dict[str, Any] = {"pool_size": _KEPT, "max_overflow": CONNECTIONS - _KEPT, "pool_timeout": patience}
        if parsed.get_backend_name() != "sqlite":
            waiting = {"connect_timeout": max(1, int(patience))}
            server = create_engine(_noticing(parsed), **pool, pool_pre_ping=True, connect_args=waiting)
            event.listen(server, "connect", _let_go_when_frozen)
            return server
        settings = {"timeout": patience, "check_same_thread": False}
        engine = create_engine(parsed, **pool, poolclass=QueuePool, connect_args=settings)
    except Exception as error:  # noqa: BLE001 - SQLAlchemy, its dialects and its drivers each refuse a url in their way
        raise ConfigError(f"The database url can't be used: {_complaint(error)}") from None
    if parsed.database in {None, "", ":memory:"}:
        raise ConfigError("The database url can't be used: it has to name a file, like sqlite:///opsbot.db.")
    event.listen(engine, "connect", _tune_sqlite)
    return engine


def _noticing(url: URL) -> URL:
    """Add to a server's url how soon its connections notice that it is gone, but for what it says of that itself."""
    is_known = url.get_driver_name().startswith("psycopg")  # by other drivers these would be refused
    return url.update_query_dict({**_NOTICED, **url.query}) if is_known else url


def _complaint(error: Exception) -> str:
    """Say what is wrong with a url without showing any of it; a module's name comes from SQLAlchemy, not from there."""
    match error:
        case NoSuchModuleError():
            return "there is no such kind of database. Begin it with sqlite:/// or postgresql+psycopg://."
        case ImportError():
            return (
                f"{error.name or 'its driver'} isn't installed. For PostgreSQL write postgresql+psycopg://..., and "
                "install opsbot with its extra “postgres”."
            )
        case _:
            return (
                "it isn't one. Write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME, "
                "with %40 for @, %3A for : and %2F for / in the password."
            )


def _reason(error: SQLAlchemyError, url: URL) -> str:
    """Say in a line why the database refused, without what it was called with."""
    driver = getattr(error, "orig", None) or error
    said = str(driver.args[0] if driver.args else driver).partition("\n")[0]
    for part in filter(None, (url.username, url.host, url.database)):
        said = said.replace(f'"{part}"', "“…”")
    for secret in secrets_in(url.render_as_string(hide_password=False)):
        said = said.replace(secret, "…")
    return f"{type(driver).__name__}: {said}"


def _let_go_when_frozen(connection: Any, _record: object) -> None:
    """Have the server end what is left in the middle of a transaction: its locks would keep all replicas waiting."""
    connection.autocommit = True
    connection.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, false)", (_LEFT_ALONE,))
    connection.autocommit = False


def _tune_sqlite(connection: Any, _record: object) -> None:
    """Let readers go on beside the one writer, and keep every commit through a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
