"""What tests of more than one room share: real databases, a real browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from psycopg import sql
from xdist.scheduler import WorkStealingScheduling

from opsbot.store import Database, migrate
from tests.browser import chromium
from tests.postgres import server_in, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

hypothesis.settings.register_profile("untimed", deadline=None)  # how long an example takes says how busy the cores are
hypothesis.settings.load_profile("untimed")

WORKERS_PER_CORE = 2
"""Most of the tests' time is waiting for what other processes and threads do."""


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means here."""
    return WORKERS_PER_CORE * len(os.sched_getaffinity(0))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Who has nothing left takes from who has: tests take from a millisecond to half a minute."""
    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, from a package, for as long as the tests run."""
    server = server_in(tmp_path_factory.mktemp("postgres"))
    yield url_of(server)
    server.cleanup()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process; Playwright runs no second one beside it."""
    with chromium() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return f"sqlite:///{tmp_path / 'opsbot.db'}" if request.param == "sqlite" else fresh_postgres(request)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of either kind, ready for use."""
    made = Database(database_url)
    migrate(made)
    yield made
    made.close()


def fresh_postgres(request: pytest.FixtureRequest) -> str:
    """Make a database in the server that no other test uses."""
    url: str = request.getfixturevalue("postgres_url")
    name = f"t{uuid4().hex}"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.replace("/postgres?", f"/{name}?")
