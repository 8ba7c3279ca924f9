"""What tests of more than one room share: real databases, a real browser."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

import hypothesis
import psycopg
import pytest
import trustme
from psycopg import sql
from xdist.scheduler import WorkStealingScheduling

from opsbot.store import Database, migrate
from tests.browser import chromium
from tests.databases import put_database
from tests.postgres import server_in, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

hypothesis.settings.register_profile("untimed", deadline=None)  # how long an example takes says how busy the cores are
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=20_000)
hypothesis.settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means here: with more of them, those that start whole processes would wait for each other."""
    return len(os.sched_getaffinity(0))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Who has nothing left takes from who has: tests take from a millisecond to half a minute."""
    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def environment_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Have clients trust one authority of ours: to read all whom a system trusts takes each longer than most tests take.

    Gives the environment as it was, for whoever calls somebody outside.
    """
    before = dict(os.environ)
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield before


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, from a package, for as long as the tests run; it needn't outlive a power cut.

    Its folder isn't pytest's, which the next run that starts beside this one closes to the server's user.
    """
    with TemporaryDirectory() as folder:
        server = server_in(Path(folder, "postgres"))
        url = url_of(server)
        with _beside(url) as connection:
            for setting in ("fsync", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_pattern(postgres_url: str) -> str:
    """A migrated database for others to be copies of."""
    with closing(Database(_made_in(postgres_url, "pattern", "template1"))) as database:
        migrate(database)
    return "pattern"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process; Playwright runs no second one beside it."""
    with chromium() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return f"sqlite:///{tmp_path / 'opsbot.db'}" if database_kind == "sqlite" else fresh_postgres(request)


@pytest.fixture
def ready_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> str:
    """A database of either kind that is ready for use: a copy of one that was migrated, which is quicker than to migrate."""
    return put_database(tmp_path / "opsbot.db") if database_kind == "sqlite" else ready_postgres(request)


@pytest.fixture
def database(ready_url: str) -> Iterator[Database]:
    """The same, opened."""
    with closing(Database(ready_url)) as made:
        yield made


def fresh_postgres(request: pytest.FixtureRequest, pattern: str = "template1") -> str:
    """Make a database in the server that no other test uses, and none any more once whoever requests it is done."""
    server, name = request.getfixturevalue("postgres_url"), f"t{uuid4().hex}"
    url = _made_in(server, name, pattern)
    request.addfinalizer(lambda: _drop(server, name))
    return url


def ready_postgres(request: pytest.FixtureRequest) -> str:
    """Make a migrated one there."""
    return fresh_postgres(request, request.getfixturevalue("postgres_pattern"))


def _made_in(url: str, name: str, pattern: str) -> str:
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(pattern))
    with _beside(url) as connection:
        connection.execute(create)
    return url.replace("/postgres?", f"/{name}?")


def _drop(url: str, name: str) -> None:
    """Drop a database: a server writes to the disk in the end whatever it still has."""
    with _beside(url) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _beside(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
