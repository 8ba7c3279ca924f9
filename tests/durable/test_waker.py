from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opsbot.durable.waker import Waker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest


@contextmanager
def waking(wake: Callable[[str], None], moment: float = 0.0) -> Iterator[Waker]:
    waker = Waker(wake, moment)
    waker.start()
    try:
        yield waker
    finally:
        waker.stop()


def test_whoever_tells_does_not_wait_for_the_waking() -> None:
    may_go_on, woken = threading.Event(), list[str]()

    def slowly(channel: str) -> None:
        assert may_go_on.wait(10)
        woken.append(channel)

    with waking(slowly) as waker:
        for channel in ("C1", "C2"):
            waker.wake(channel)
        assert woken == []
        may_go_on.set()
    assert woken == ["C1", "C2"]


def test_a_channel_is_woken_once_for_all_who_told_it_in_the_same_moment() -> None:
    woken: list[str] = []
    with waking(woken.append, moment=60) as waker:
        for channel in ("C1", "C2", "C1"):
            waker.wake(channel)
    assert woken == ["C1", "C2"]


def test_what_was_told_before_the_start_is_woken_after_it() -> None:
    woken: list[str] = []
    waker = Waker(woken.append, 0.0)
    waker.wake("C1")
    assert woken == []
    waker.start()
    waker.stop()
    assert woken == ["C1"]


def test_one_that_never_started_can_be_stopped() -> None:
    woken: list[str] = []
    waker = Waker(woken.append)
    waker.wake("C1")
    waker.stop()
    assert woken == []


def test_a_channel_that_can_not_be_woken_does_not_keep_the_others_asleep(caplog: pytest.LogCaptureFixture) -> None:
    woken: list[str] = []

    def wake(channel: str) -> None:
        if channel == "C1":
            raise ValueError("no database")
        woken.append(channel)

    with caplog.at_level(logging.WARNING), waking(wake) as waker:
        waker.wake("C1")
        waker.wake("C2")
    assert woken == ["C2"]
    assert caplog.messages == ["channel C1 stays asleep until the next sweep: no database"]


def test_whoever_waits_for_a_time_is_woken_then_and_keeps_nobody_waiting() -> None:
    woken: list[str] = []
    late = threading.Event()

    def wake(channel: str) -> None:
        woken.append(channel)
        if channel == "late":
            late.set()

    with waking(wake) as waker:
        waker.wake("never", after=3600)
        waker.wake("late", after=0.2)
        waker.wake("soon")
        assert late.wait(10)
    assert woken == ["soon", "late"]


def test_of_several_times_the_earliest_counts() -> None:
    woken: list[str] = []
    with waking(woken.append, moment=60) as waker:
        waker.wake("C1", after=3600)
        waker.wake("C1")
        waker.wake("C1", after=3600)
    assert woken == ["C1"]
