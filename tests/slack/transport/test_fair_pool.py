"""A pool that takes only so much from each person."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from opsbot.slack import Pool
from opsbot.slack.transport.pool import TurnedAway

if TYPE_CHECKING:
    import pytest


def test_of_one_person_so_many_jobs_are_taken_and_of_others_as_many() -> None:
    done: list[int] = []
    pool, gate = Pool(1, 10, None, per_person=2), threading.Event()
    assert [pool.take("maya", gate.wait) for _ in range(4)] == [None, None, *[TurnedAway.HAS_ENOUGH] * 2]
    assert pool.take("omar", done.append, 1) is None
    gate.set()
    pool.close()
    assert done == [1]


def test_what_is_done_with_or_failed_makes_room() -> None:
    pool = Pool(1, 10, None, per_person=1)
    for job in (int, lambda: 1 / 0) * 3:
        over = threading.Event()
        assert pool.take("maya", job) is None
        assert pool.submit(over.set)
        assert over.wait(5)
    pool.close()


def test_what_finds_no_place_is_not_counted_against_anybody() -> None:
    pool, gate = Pool(1, 0, None, per_person=2), threading.Event()
    assert pool.take("maya", gate.wait) is None
    assert [pool.take("omar", int) for _ in range(5)] == [TurnedAway.FULL] * 5
    gate.set()
    pool.close()
    assert pool.take("omar", int) is TurnedAway.FULL


def test_a_job_that_does_not_end_is_not_waited_for_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    pool, gate, over = Pool(1, 10, None), threading.Event(), threading.Event()
    assert pool.submit(gate.wait)
    assert pool.submit(over.set)
    pool.close(0.0)
    assert not pool.submit(int)
    assert caplog.messages == ["jobs that aren't waited for any longer: 2"]
    assert not over.is_set()
    gate.set()
    assert over.wait(10)
    pool.close()
