"""Whoever waits for many answers is let go when the end comes, whether they are there or not."""

from __future__ import annotations

import threading
from contextlib import closing
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku.askers import Askers

if TYPE_CHECKING:
    from opsbot.errors import DSSError


@pytest.mark.parametrize("is_counted", [False, True])
def test_who_waits_for_what_was_not_begun_when_the_end_came_hears_so(is_counted: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    told: SimpleQueue[list[str | DSSError]] = SimpleQueue()
    is_asked, may_answer = threading.Event(), threading.Event()

    def ask(thing: str) -> str:
        is_asked.set()
        assert may_answer.wait(10)
        return thing

    def wait() -> None:
        told.put(askers.ask(["first", "second", "third"], ask, (lambda *_: None) if is_counted else None))

    with closing(Askers("test", at_once=1)) as askers:
        threading.Thread(target=wait, daemon=True).start()
        assert is_asked.wait(10)
        ending = threading.Thread(target=askers.close)
        ending.start()
        assert askers._is_over.wait(10)
        may_answer.set()
        first, *others = told.get(timeout=10)
        ending.join()
    assert first == "first"
    assert [str(each) for each in others] == ["I'm being stopped; ask for it again in a minute."] * 2
