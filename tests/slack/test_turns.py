from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from opsbot.slack import Turns


def test_one_at_a_time_has_the_turn() -> None:
    turns, inside, most = Turns(), [0], [0]

    def compute() -> None:
        for _ in range(200):
            with turns.taken():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: compute(), range(8)))
    assert most == [1]


def test_who_waits_lets_another_have_the_turn() -> None:
    turns, computed, may_end = Turns(), threading.Event(), threading.Event()

    def wait() -> None:
        with turns.taken(), turns.given_up():
            may_end.wait(5)

    def compute() -> None:
        with turns.taken():
            computed.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    computing = threading.Thread(target=compute)
    computing.start()
    assert computed.wait(5)
    may_end.set()
    waiting.join()
    computing.join()


def test_giving_up_twice_and_without_a_turn_is_nothing() -> None:
    turns = Turns()
    with turns.given_up(), turns.given_up():
        pass
    with turns.taken(), turns.given_up(), turns.given_up():
        pass
    with turns.taken():
        pass


def test_an_error_inside_gives_the_turn_back() -> None:
    turns = Turns()
    for _ in range(2):
        with pytest.raises(ValueError, match="at work"), turns.taken(), turns.given_up():
            raise ValueError("at work")
