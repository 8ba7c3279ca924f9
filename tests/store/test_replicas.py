"""A replica that is frozen, as the database sees it: in the middle of something, and silent."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from opsbot.store import Database, ReplicaStore
from tests.conftest import ready_postgres
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

WATCHING = """
import sys
from opsbot.errors import StoreError
from opsbot.store import Database, ReplicaStore
try:
    with ReplicaStore(Database(sys.argv[1])).watching_alone(0.2) as is_alone:
        print("alone" if is_alone else "not alone", flush=True)
        sys.stdin.read()
except StoreError as error:
    print(error)
"""
"""Watches until its input ends."""


@pytest.fixture
def replicas(request: pytest.FixtureRequest) -> Iterator[tuple[Database, Database]]:
    url = ready_postgres(request)
    made = Database(url), Database(url)
    yield made
    for each in made:
        each.close()


def test_one_that_is_frozen_while_it_watches_does_not_keep_the_others_out(
    replicas: tuple[Database, Database],
) -> None:
    watching = [sys.executable, "-c", WATCHING, replicas[0].engine.url.render_as_string(hide_password=False)]
    with subprocess.Popen(watching, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as frozen:
        assert frozen.stdout is not None
        assert frozen.stdout.readline() == "alone\n"
        frozen.send_signal(signal.SIGSTOP)
        _take(ReplicaStore(replicas[1]))
        frozen.send_signal(signal.SIGCONT)
        said, _ = frozen.communicate("go on", timeout=30)
        assert said == "My database doesn't answer as it should. Try again soon.\n"


def test_one_that_lives_may_watch_for_as_long_as_it_takes(replicas: tuple[Database, Database]) -> None:
    mine, other = (ReplicaStore(each) for each in replicas)
    until = time.monotonic() + 1.0
    with mine.watching_alone(0.2) as is_alone:
        while time.monotonic() < until:
            with other.watching_alone(0.2) as taken:
                assert (is_alone, taken) == (True, False)
            time.sleep(0.05)
    _take(other)


def _take(replica: ReplicaStore) -> None:
    """Watch alone as soon as that is possible."""

    def is_taken() -> bool:
        with replica.watching_alone(0.2) as taken:
            return taken

    wait_until(is_taken)


def test_no_transaction_is_left_open_for_ever(replicas: tuple[Database, Database]) -> None:
    with replicas[0].transaction() as connection:
        assert connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "15s"
