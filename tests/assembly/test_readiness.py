"""What is asked no oftener than does good, and waited for no longer than a probe does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from opsbot.assembly.readiness import Cached, Health, NodeProbe, asked_seldom
from opsbot.errors import DSSUnavailableError, StoreError
from opsbot.slack import Turns
from tests.builders import NOON
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from opsbot.domain.status import Records


class Node:
    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False
        self.speaks = threading.Event()
        self.speaks.set()

    def __call__(self) -> list[str]:
        self.asked += 1
        assert self.speaks.wait(10)
        if self.is_down:
            raise DSSUnavailableError("no answer")
        return []


def test_a_node_is_asked_once_for_all_who_ask_within_a_while() -> None:
    node = Node()
    probe = NodeProbe(node, patience=10)
    assert (probe(), probe(), node.asked) == (True, True, 1)
    node.is_down = True
    always = NodeProbe(node, kept=0, patience=10)
    assert (always(), always(), node.asked) == (False, False, 3)


def test_a_fault_of_ours_in_asking_a_node_is_logged_and_the_node_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = [ZeroDivisionError("nobody foresaw this")]

    def ask() -> None:
        if faults:
            raise faults.pop()

    probe = NodeProbe(ask, kept=0, patience=10)
    assert (probe(), probe()) == (False, True)
    assert "nobody foresaw this" in caplog.text


def test_a_node_that_says_nothing_keeps_nobody_waiting_and_is_asked_by_one_at_a_time() -> None:
    node = Node()
    node.speaks.clear()
    probe = NodeProbe(node, patience=0.05)
    assert (probe(), probe(), node.asked) == (False, False, 1)
    node.speaks.set()
    assert NodeProbe(node, patience=10)()


def test_what_was_known_is_true_until_a_node_is_silent_for_long() -> None:
    node = Node()
    patient, strict = (NodeProbe(node, kept=0, patience=10, silence=silence) for silence in (60, 0))
    assert patient()
    assert strict()
    node.speaks.clear()
    for probe in (patient, strict):
        probe._patience = 0.05
    assert patient()
    assert not strict()
    node.speaks.set()


def test_a_fault_of_ours_makes_a_node_silent_no_longer_than_until_it_is_asked_again() -> None:
    answers: list[Exception] = [KeyError("ours")]

    def ask() -> None:
        if answers:
            raise answers.pop()

    probe = NodeProbe(ask, kept=0, patience=10)
    assert (probe(), probe()) == (False, True)


def test_what_was_read_counts_for_a_while_and_so_does_that_it_could_not_be() -> None:
    reads: list[int] = []

    def read() -> int:
        reads.append(1)
        raise StoreError("gone")

    cached = Cached(read, 60)
    for _ in range(3):
        with pytest.raises(StoreError):
            cached()
    assert len(reads) == 1


def test_a_store_that_takes_a_question_and_never_answers_keeps_nobody_for_good() -> None:
    asked, goes_on, told = [], threading.Event(), SimpleQueue[bool]()

    def ping() -> bool:
        asked.append(1)
        return goes_on.wait(10)

    frozen = Cached(ping, 60, patience=0.05)
    for _ in range(3):
        with pytest.raises(StoreError, match="doesn't answer"):
            frozen()
    assert len(asked) == 1
    is_well = asked_seldom(ping, patience=0.05)
    for _ in range(2):
        threading.Thread(target=lambda: told.put(is_well()), daemon=True).start()
    assert [told.get(timeout=5) for _ in range(2)] == [False, False]
    goes_on.set()
    wait_until(lambda: frozen._coming is None)
    assert (frozen(), len(asked)) == (True, 2)


def test_what_failed_for_another_reason_is_heard_by_who_waits_and_read_again() -> None:
    faults = [ZeroDivisionError("nobody foresaw this")]

    def read() -> int:
        if faults:
            raise faults.pop()
        return 3

    cached = Cached(read, 60)
    with pytest.raises(ZeroDivisionError):
        cached()
    assert cached() == 3


@pytest.fixture
def no_threads() -> Iterator[None]:
    """No thread can be begun in here, as where a container may have no more of them."""
    usual = threading.stack_size(1 << 46)
    yield
    threading.stack_size(usual)


def test_who_could_have_no_thread_for_asking_keeps_nobody_from_asking_later(no_threads: None) -> None:
    node = Node()
    probe, cached = NodeProbe(node, patience=10), Cached(node, 60)
    for ask in (probe, cached):
        with pytest.raises(RuntimeError, match="thread"):
            ask()
    threading.stack_size(0)
    assert (probe(), cached(), node.asked) == (True, [], 2)


def test_who_waits_for_what_another_reads_lets_that_one_go_on() -> None:
    turns = Turns()
    reads, asks, may_read = threading.Event(), threading.Event(), threading.Event()
    told: SimpleQueue[str] = SimpleQueue()

    def read() -> str:
        with turns.given_up():  # as all do that wait for the store
            reads.set()
            assert may_read.wait(10)
        return "what is there"

    def ask(begun: threading.Event) -> None:
        with turns.taken():
            begun.set()
            told.put(cached())

    cached = Cached(read, 60, turns.given_up)
    for begun, until in ((threading.Event(), reads), (asks, asks)):
        threading.Thread(target=ask, args=(begun,), daemon=True).start()
        assert until.wait(10)
    may_read.set()
    assert [told.get(timeout=10) for _ in range(2)] == ["what is there"] * 2


def test_many_who_ask_whether_it_is_ready_make_one_look_at_the_database_and_the_nodes() -> None:
    pings: list[int] = []
    probes: list[int] = []
    may_answer = threading.Event()

    def look(looks: list[int]) -> bool:
        looks.append(1)
        return may_answer.wait(10)

    health = Health(
        "1", lambda _: pytest.fail("nobody asked for records"), {"design": partial(look, probes)}, lambda: NOON
    )
    ping = asked_seldom(partial(look, pings))
    with ThreadPoolExecutor(16) as threads:
        said = [threads.submit(ask) for _ in range(8) for ask in (ping, health.nodes)]
        may_answer.set()
        assert [each.result() for each in said] == [True, {"design": True}] * 8
    assert max(len(pings), len(probes)) < 8  # one each, unless this machine stands still for a second meanwhile


def test_who_begins_is_starting_until_all_is_well_for_the_first_time() -> None:
    probed = {"design": True}
    health = Health(
        "1", lambda _: pytest.fail("nobody asked for records"), {"design": lambda: probed["design"]}, lambda: NOON
    )
    seen = {"socket": False}
    health.checks["socket"] = lambda: seen["socket"]
    assert not health.is_starting()
    health.begin()
    assert health.is_starting()
    assert health.outlook().is_starting
    seen["socket"] = True
    assert not health.is_starting()
    seen["socket"] = False
    assert not health.is_starting()


def test_health_names_each_node_and_lives_through_a_store_that_is_gone() -> None:
    def gone(_: datetime) -> Records:
        raise StoreError("gone")

    down = Node()
    down.is_down = True
    health = Health("1", gone, {"design": NodeProbe(Node(), patience=10), "old": NodeProbe(down)}, lambda: NOON)
    health.checks["database"] = partial(bool, 0)
    assert health.records_if_readable() is None
    assert health.outlook().nodes == {"design": True, "old": False}
    assert health.outlook().checks == {"database": False}
