from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from opsbot.slack import Turns

A_WHILE = 0.2
"""Long enough for a thread to get in where nothing keeps it out."""


def another(turns: Turns) -> threading.Event:
    """Have another thread want the turn for a moment; the event tells that it had it."""
    had = threading.Event()

    def compute() -> None:
        with turns.taken():
            had.set()

    threading.Thread(target=compute, daemon=True).start()
    return had


def test_one_at_a_time_has_the_turn() -> None:
    turns, begin = Turns(), threading.Barrier(4)
    inside = most = 0

    def compute() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.005)  # whoever isn't kept out comes in now
        inside -= 1

    def work() -> None:
        begin.wait(5)
        for _ in range(3):
            with turns.taken():
                compute()
                with turns.given_up():
                    time.sleep(0.005)
                compute()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: work(), range(4)))
    assert most == 1


def test_who_has_the_turn_keeps_another_out_until_the_end() -> None:
    turns = Turns()
    with turns.taken():
        had = another(turns)
        assert not had.wait(A_WHILE)
    assert had.wait(5)


def test_who_waits_lets_another_have_the_turn_and_then_has_it_again() -> None:
    turns = Turns()
    with turns.taken():
        with turns.given_up():
            assert another(turns).wait(5)
        had = another(turns)
        assert not had.wait(A_WHILE)
    assert had.wait(5)


def test_giving_up_what_is_given_up_is_nothing() -> None:
    turns = Turns()
    with turns.taken():
        with turns.given_up():
            with turns.given_up():
                assert another(turns).wait(5)
            assert another(turns).wait(5)
        had = another(turns)
        assert not had.wait(A_WHILE)
    assert had.wait(5)


def test_who_has_no_turn_gives_up_nobodys() -> None:
    turns = Turns()

    def wait() -> None:
        with turns.given_up():
            pass

    with turns.taken():
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(5)
        assert not waiting.is_alive()
        had = another(turns)
        assert not had.wait(A_WHILE)
    assert had.wait(5)


def test_an_error_in_a_wait_leaves_the_turn_where_it_was() -> None:
    turns = Turns()
    with turns.taken():
        with pytest.raises(ValueError, match="at work"), turns.given_up():
            raise ValueError("at work")
        had = another(turns)
        assert not had.wait(A_WHILE)
    assert had.wait(5)


@pytest.mark.parametrize("waiting", [False, True])
def test_an_error_inside_gives_the_turn_back(*, waiting: bool) -> None:
    turns, kept_out = Turns(), []

    def work() -> None:
        with turns.taken():
            kept_out.append(not another(turns).wait(A_WHILE))
            with turns.given_up() if waiting else nullcontext():
                raise ValueError("at work")

    for _ in range(2):
        with pytest.raises(ValueError, match="at work"):
            work()
    assert kept_out == [True] * 2
    assert another(turns).wait(5)
