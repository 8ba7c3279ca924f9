"""A bounded pool: what doesn't fit is refused at once instead of waiting unseen."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from enum import Enum
from typing import TYPE_CHECKING, ParamSpec

from opsbot.slack.transport.heard import heard_now
from opsbot.slack.transport.shares import Shares

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.slack.transport.heard import Heard
    from opsbot.slack.transport.turns import Turns

P = ParamSpec("P")

_log = logging.getLogger(__name__)


class TurnedAway(Enum):
    """Why a job isn't taken."""

    FULL = "full"
    HAS_ENOUGH = "has enough"


class Pool:
    """Threads that do jobs, with a limit on how many may run and wait together; they take turns at computing.

    A job knows what is known where it was handed in: its trace, and the payload that it is for.

    Without `turns` they don't: for what computes long, and would keep all others waiting for its turn to end.
    """

    def __init__(self, threads: int, queue: int, turns: Turns | None, per_person: int | None = None) -> None:
        """Make one; of each person it takes so many jobs at once, if that is limited."""
        self._shares = Shares(per_person)
        self._turns = turns
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._places = threading.BoundedSemaphore(threads + queue)
        self._threads = threads
        self._counting = threading.Condition()
        self._going_on = 0
        self._is_closed = False

    def submit(self, job: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Have the job done soon; tells whether there was a place for it."""
        if not self._places.acquire(blocking=False):
            return False
        self._count(1)
        heard = heard_now()
        if heard is not None:
            heard.begin()
        try:
            self._executor.submit(copy_context().run, self._do, lambda: job(*args, **kwargs), heard)
        except RuntimeError:
            if not self._is_closed:  # no thread more is to be had: it waits in line for one that is there
                _log.warning("no thread more can be begun for what there is to do; those that are there do it")
                return True
            self._count(-1)
            self._places.release()
            if heard is not None:
                heard.end(done=False)
            return False
        return True

    def take(self, whose: str, job: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> TurnedAway | None:
        """Have somebody's job done soon; tells why not, if so."""
        if not self._shares.take(whose):
            return TurnedAway.HAS_ENOUGH

        def do() -> None:
            try:
                job(*args, **kwargs)
            finally:
                self._shares.give_back(whose)

        if self.submit(do):
            return None
        self._shares.give_back(whose)
        return TurnedAway.FULL

    def is_busy(self) -> bool:
        """Tell whether a job would have to wait for one that is going on."""
        with self._counting:
            return self._going_on >= self._threads

    def waiting(self) -> int:
        """Tell how many jobs wait for others to end."""
        return max(0, self._going_on - self._threads)

    def going_on(self) -> int:
        """Tell how many jobs are being done."""
        return min(self._going_on, self._threads)

    def _do(self, job: Callable[[], object], heard: Heard | None) -> None:
        try:
            with self._turns.taken() if self._turns is not None else nullcontext():
                job()
        except Exception:  # noqa: BLE001 - the last who can tell, whatever it is
            _log.exception("a job failed where nobody was left to tell")
        finally:
            self._count(-1)
            self._places.release()
            if heard is not None:
                heard.end()

    def _count(self, more: int) -> None:
        with self._counting:
            self._going_on += more
            self._counting.notify_all()

    def close(self, seconds: float | None = None) -> None:
        """Take nothing more, and wait for what was taken; where that takes longer than so many seconds, it is left."""
        self._is_closed = True
        self._executor.shutdown(wait=False)
        with self._counting:
            is_done = self._counting.wait_for(lambda: not self._going_on, seconds)
            left = self._going_on
        if is_done:
            self._executor.shutdown(wait=True)
        else:
            _log.warning("jobs that aren't waited for any longer: %d", left)
