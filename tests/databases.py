"""SQLite's files as they are once a bot has begun with them: put there, which is quicker than to migrate each of them."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from dbos import DBOS

from opsbot.store import Database, migrate


def put_database(path: Path) -> str:
    """Put a database there that is ready for use; gives its URL."""
    path.write_bytes(_database())
    return f"sqlite:///{path}"


def put_work(path: Path) -> None:
    """Put there what the durable work keeps beside the database of that path."""
    path.with_suffix(".dbos.db").write_bytes(_work())


@cache
def _database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "opsbot.db")
        with closing(Database(f"sqlite:///{path}")) as database:
            migrate(database)
        return path.read_bytes()


@cache
def _work() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "opsbot.dbos.db")
        DBOS.migrate(f"sqlite:///{path}")
        return path.read_bytes()
