"""What is to be said is said line by line, and lines that wait keep nobody from publishing."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.durable.doings import QUICK, Doings, working


def test_each_line_is_said_in_its_order_by_one_at_a_time(url: str) -> None:
    doings = Doings()
    doings.lines = {channel: [str(number) for number in range(20)] for channel in ("C1", "C2")}
    with working(url, doings) as work:
        for _ in range(5):
            work.deliver("C1")
            work.deliver("C2")
        doings.wait_for(lambda: not any(doings.lines.values()))
    for channel in ("C1", "C2"):
        assert [said for where, said in doings.seen if where == channel] == [str(number) for number in range(20)]


def test_a_database_that_is_new_has_its_lines_looked_at_from_the_beginning(url: str) -> None:
    """DBOS begins to look at each queue that it finds, last at its own, and then looks for others once a second."""

    def looking() -> set[str]:
        return {each.name for each in threading.enumerate() if each.name.startswith("queue-worker-")}

    doings = Doings()
    with working(url, doings):
        doings.wait_for(lambda: "queue-worker-_dbos_internal_queue" in looking())
        assert "queue-worker-deliveries" in looking()


class WithMuteNode(Doings):
    """Has a node that answers nothing until `over`."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()
        self.asked = threading.Semaphore(0)

    def note(self, what: str, *more: Any) -> None:
        super().note(what, *more)
        if what == "change post":
            self.asked.release()
            assert self.over.wait(60)


def test_changes_that_wait_for_a_node_keep_nothing_from_being_said(file_url: str) -> None:
    doings = WithMuteNode()
    doings.lines = {"C1": ["it takes long"]}
    with working(file_url, doings, SELDOM_SWEPT) as work:
        for number in range(40):
            work.change(number)
        assert all(doings.asked.acquire(timeout=10) for _ in range(32))
        work.deliver("C1")
        try:
            doings.wait_for(lambda: not doings.lines["C1"])
        finally:
            doings.over.set()


class InTrouble(Doings):
    """Has lines that wait, as Slack asked, or because it says nothing until `over`."""

    def __init__(self, wait: float, over: threading.Event | None = None) -> None:
        super().__init__()
        self.wait = wait
        self.over = over
        self.looked: Counter[str] = Counter()

    def deliver_next(self, channel: str) -> float | None:
        with self.lock:
            self.looked[channel] += 1
            is_first = self.looked[channel] == 1
        if self.over is not None:
            assert self.over.wait(60)
        return self.wait if is_first else None


MANY = [f"C{number}" for number in range(40)]
SELDOM_SWEPT = replace(QUICK, sweep=60.0)
"""Where the processor is busy, a line that was handed over may not be begun for as long as two quick sweeps."""


def test_lines_that_wait_keep_nobody_from_publishing(file_url: str) -> None:
    doings = InTrouble(wait=60.0)
    with working(file_url, doings, SELDOM_SWEPT) as work:
        for channel in MANY:
            work.deliver(channel)
        doings.wait_for(lambda: len(doings.looked) == len(MANY))
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) == 3)


def test_lines_for_which_slack_has_no_answer_leave_threads_to_publish(file_url: str) -> None:
    over = threading.Event()
    doings = InTrouble(wait=0.0, over=over)
    with working(file_url, doings, SELDOM_SWEPT) as work:
        for channel in MANY:
            work.deliver(channel)
        doings.wait_for(lambda: len(doings.looked) >= 16)
        try:
            work.publish(7, 0)
            doings.wait_for(lambda: len(doings.seen) == 3)
        finally:
            over.set()


def test_a_line_that_waits_goes_on_when_it_is_time(file_url: str) -> None:
    doings = InTrouble(wait=0.3)
    with working(file_url, doings) as work:
        work.deliver("C1")
        doings.wait_for(lambda: doings.looked["C1"] == 2)
