"""Threads that ask the same about many things at once: a bounded number at a time."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait
from contextlib import nullcontext
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from opsbot.errors import DSSError, DSSUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from opsbot.dataiku.patience import Waiting

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE = 16
"""How many threads there are, unless more or fewer are asked for."""

_NO_LANE = ""


class Askers:
    """Threads that all who ask share: a node sees no more of them at once. They take the context of who asks along.

    Each of the `lanes` has so many of its own, so that what is slow in one keeps nobody waiting in another. `waiting` is
    entered while somebody waits for the threads, `computing` around what each of them does.
    """

    def __init__(
        self,
        name: str,
        at_once: int = AT_ONCE,
        waiting: Waiting = nullcontext,
        computing: Waiting = nullcontext,
        lanes: Iterable[str] = (),
    ) -> None:
        self._threads = {lane: ThreadPoolExecutor(at_once, thread_name_prefix=name) for lane in (_NO_LANE, *lanes)}
        self._waiting = waiting
        self._computing = computing
        self._is_over = threading.Event()

    def ask(
        self,
        things: Iterable[K],
        ask: Callable[[K], V],
        counted: Callable[[int, int], None] | None = None,
        lane_of: Callable[[K], str] = lambda _: _NO_LANE,
    ) -> list[V | DSSError]:
        """Ask about each thing; gives the answers in their order, each a value or the error that stood in its way.

        `counted` hears how many answered, of how many. Any error but a DSSError ends it.
        """

        def one(thing: K) -> V | DSSError:
            if self._is_over.is_set():
                return DSSUnavailableError("I'm being stopped; ask for it again in a minute.")
            try:
                with self._computing():
                    return ask(thing)
            except DSSError as error:
                return error

        asked = [self._in_lane(lane_of(thing)).submit(copy_context().run, one, thing) for thing in things]
        try:
            with self._waiting():
                _wait_for(asked, counted)
        finally:
            for answer in asked:
                answer.cancel()
        return [answer.result() for answer in asked]

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way; of what wasn't begun, whoever waits hears that it won't be.

        Were it cancelled by the threads' end, they would wait for ever: of that Python wakes nobody who waits.
        """
        self._is_over.set()
        for threads in self._threads.values():
            threads.shutdown(wait=False)
        for threads in self._threads.values():
            threads.shutdown()

    def _in_lane(self, lane: str) -> ThreadPoolExecutor:
        return self._threads.get(lane, self._threads[_NO_LANE])


def _wait_for(asked: Sequence[Future[V]], counted: Callable[[int, int], None] | None) -> None:
    """Wait until all have answered; raises what one of them raised, as soon as it does."""
    if counted is None:
        for answer in wait(asked, return_when=FIRST_EXCEPTION).done:
            answer.result()
        return
    for done, answer in enumerate(as_completed(asked), 1):
        answer.result()
        counted(done, len(asked))
