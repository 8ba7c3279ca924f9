"""What is kept for choosing: read by one, given to many, stale while it is read again, and never lost to a failure."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku.shelf import Ages, Shelf
from opsbot.errors import DSSUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

AGES = Ages(fresh=60, stale=900, failed=10)


@dataclass
class Reading:
    """Reads what it is told to, when it is told to."""

    things: dict[str, list[str]] = field(default_factory=lambda: {"a": ["1"], "b": ["2"]})
    calls: list[str] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    fails: bool = False
    now: float = 1000.0

    def __call__(self, key: str) -> list[str]:
        self.calls.append(key)
        self.held.wait(10)
        if self.fails:
            raise DSSUnavailableError("down")
        return self.things[key]


@pytest.fixture
def reading() -> Reading:
    made = Reading()
    made.held.set()
    return made


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


def shelf(reading: Reading, executor: ThreadPoolExecutor, most: int = 100) -> Shelf[str, str]:
    return Shelf(reading, executor, AGES, most=most, now=lambda: reading.now)


def settle(executor: ThreadPoolExecutor) -> None:
    """Wait until everything that was begun is done."""
    barrier = threading.Barrier(8)
    for future in [executor.submit(barrier.wait, 10) for _ in range(8)]:
        future.result()


def test_what_was_never_read_is_waited_for_and_read_once_however_many_ask(
    reading: Reading, executor: ThreadPoolExecutor
) -> None:
    reading.held.clear()
    made = shelf(reading, executor)
    with ThreadPoolExecutor(10) as asking:
        asked = [asking.submit(made.ask, ["a", "b"], reading.now + 10) for _ in range(10)]
        reading.held.set()
        assert all(each.result() == {"a": ("1",), "b": ("2",)} for each in asked)
    assert sorted(reading.calls) == ["a", "b"]


def test_nobody_waits_longer_than_they_said_and_what_came_by_then_is_given(
    reading: Reading, executor: ThreadPoolExecutor
) -> None:
    made = shelf(reading, executor)
    made.ask(["a"], reading.now + 10)
    reading.held.clear()
    assert made.ask(["a", "b"], reading.now) == {"a": ("1",), "b": ()}
    reading.held.set()
    assert made.ask(["b"], reading.now + 10) == {"b": ("2",)}


def test_what_grew_old_is_given_at_once_and_read_again_meanwhile(
    reading: Reading, executor: ThreadPoolExecutor
) -> None:
    made = shelf(reading, executor)
    made.ask(["a"], reading.now + 10)
    reading.things["a"] = ["1", "3"]
    assert made.ask(["a"], reading.now + 10) == {"a": ("1",)}  # fresh: nothing is read
    assert reading.calls == ["a"]
    reading.now += 61
    reading.held.clear()
    assert made.ask(["a"], reading.now + 10) == {"a": ("1",)}
    reading.held.set()
    settle(executor)
    assert made.ask(["a"], reading.now + 10) == {"a": ("1", "3")}
    assert reading.calls == ["a", "a"]


def test_what_is_too_old_is_waited_for(reading: Reading, executor: ThreadPoolExecutor) -> None:
    made = shelf(reading, executor)
    made.ask(["a"], reading.now + 10)
    reading.things["a"] = ["9"]
    reading.now += 901
    assert made.ask(["a"], reading.now + 10) == {"a": ("9",)}


def test_a_failure_loses_nothing_and_isn_t_tried_again_at_every_keystroke(
    reading: Reading, executor: ThreadPoolExecutor
) -> None:
    made = shelf(reading, executor)
    made.ask(["a"], reading.now + 10)
    reading.fails = True
    reading.now += 61
    for _ in range(20):
        assert made.ask(["a"], reading.now + 10) == {"a": ("1",)}
        settle(executor)
    assert reading.calls == ["a", "a"]
    reading.fails = False
    reading.now += 11
    made.ask(["a"], reading.now + 10)
    settle(executor)
    assert reading.calls == ["a", "a", "a"]


def test_looking_again_reads_what_is_older_than_that(reading: Reading, executor: ThreadPoolExecutor) -> None:
    made = shelf(reading, executor)
    made.ask(["a"], reading.now + 10)
    made.look_again("a", older_than=2)
    settle(executor)
    assert reading.calls == ["a"]
    reading.now += 3
    made.look_again("a", older_than=2)
    settle(executor)
    assert reading.calls == ["a", "a"]


def test_only_so_many_are_kept_the_last_asked_for(reading: Reading, executor: ThreadPoolExecutor) -> None:
    reading.things |= {"c": ["3"]}
    made = shelf(reading, executor, most=2)
    for key in ("a", "b", "a", "c"):
        made.ask([key], reading.now + 10)
    made.ask(["a"], reading.now + 10)
    assert reading.calls == ["a", "b", "c"]
    made.ask(["b"], reading.now + 10)
    assert reading.calls == ["a", "b", "c", "b"]


def test_the_generation_tells_whether_anything_is_other_than_before(
    reading: Reading, executor: ThreadPoolExecutor
) -> None:
    made = shelf(reading, executor)
    made.ask(["a"], reading.now + 10)
    before = made.generation
    reading.now += 901
    made.ask(["a"], reading.now + 10)
    assert made.generation == before
    reading.things["a"] = []
    reading.now += 901
    made.ask(["a"], reading.now + 10)
    assert made.generation != before
