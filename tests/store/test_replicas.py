"""A replica that is frozen, as the database sees it: in the middle of something, and silent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from opsbot.errors import StoreError
from opsbot.store import Database, ReplicaStore
from tests.conftest import fresh_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def replicas(request: pytest.FixtureRequest) -> Iterator[tuple[Database, Database]]:
    url = fresh_postgres(request, request.getfixturevalue("postgres_pattern"))
    made = Database(url), Database(url)
    yield made
    for each in made:
        each.close()


def test_one_that_is_frozen_while_it_watches_does_not_keep_the_others_out(
    replicas: tuple[Database, Database],
) -> None:
    mine, other = (ReplicaStore(each) for each in replicas)
    with pytest.raises(StoreError), mine.watching_alone(0.2) as first:  # noqa: PT012 - it is the end of it that raises
        assert first
        until = time.monotonic() + 10
        while True:
            with other.watching_alone(0.2) as taken:
                if taken:
                    break
            assert time.monotonic() < until
            time.sleep(0.02)


def test_no_transaction_is_left_open_for_ever(replicas: tuple[Database, Database]) -> None:
    with replicas[0].transaction() as connection:
        assert connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "15s"
