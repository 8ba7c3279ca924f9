"""What this replica sees of the world, asked no oftener than does good and waited for no longer than a probe does."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

from opsbot.domain.status import Outlook
from opsbot.errors import DSSError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from opsbot.actions.ports import Clock, Waiting
    from opsbot.domain.status import Records

T = TypeVar("T")

_log = logging.getLogger(__name__)

_RECORDS_KEPT = 5.0
_ANSWER_KEPT = 1.0
"""Seconds for which an answer of /readyz counts: whoever reaches the port can't make it work by asking."""
_STORE_PATIENCE = 5.0
"""Seconds: as long as for a connection. A database that is frozen takes questions, and answers when it goes on."""
_STARTS_FOR = 15.0
_NODE_KEPT = 30.0
_NODE_PATIENCE = 0.3
_NODE_SILENCE = 5.0
"""Seconds. Kubernetes gives a probe one, unless told otherwise: a silent node must not make it too slow."""


class Cached(Generic[T]):
    """Something that is read at most every so many seconds, by one at a time, however many ask.

    It is read in a thread of its own: whoever asks waits `patience` seconds from its beginning, or without a limit for
    what has one itself. A database that takes a question and never answers would else keep all threads there are.
    `waiting` is entered before anybody waits: were their turn kept meanwhile, who reads might wait for that.
    """

    def __init__(
        self,
        read: Callable[[], T],
        seconds: float,
        waiting: Waiting = nullcontext,
        *,
        patience: float | None = None,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._waiting = waiting
        self._patience = patience
        self._lock = threading.Lock()
        self._kept: tuple[float, T | StoreError] | None = None
        self._coming: tuple[float, Future[T | StoreError]] | None = None

    def __call__(self) -> T:
        """Give what was read last, if that is fresh enough, else read it; a failure of the store is kept as long."""
        with self._waiting():
            found = self._found()
        if isinstance(found, StoreError):
            raise found
        return found

    def _found(self) -> T | StoreError:
        with self._lock:
            if self._kept is not None and monotonic() - self._kept[0] <= self._seconds:
                return self._kept[1]
            begun, coming = self._coming or self._begin()
        left = None if self._patience is None else max(begun + self._patience - monotonic(), 0.0)
        try:
            return coming.result(left)
        except TimeoutError:
            return coming.result() if coming.done() else StoreError("My database doesn't answer. Try again soon.")

    def _begin(self) -> tuple[float, Future[T | StoreError]]:
        """Have it read; the lock is held."""
        coming: Future[T | StoreError] = Future()
        threading.Thread(target=copy_context().run, args=(self._find_out, coming), name="reading", daemon=True).start()
        self._coming = monotonic(), coming
        return self._coming

    def _find_out(self, coming: Future[T | StoreError]) -> None:
        found: T | StoreError
        try:
            found = self._read()
        except StoreError as error:
            found = error
        except BaseException as error:  # noqa: BLE001 - whatever it is, whoever waits hears of it, and it is read again
            with self._lock:
                self._coming = None
            coming.set_exception(error)
            return
        with self._lock:
            self._kept, self._coming = (monotonic(), found), None
        coming.set_result(found)


def asked_seldom(check: Callable[[], bool], patience: float = _STORE_PATIENCE) -> Callable[[], bool]:
    """Have a check that takes work made once a second at most, however many ask; none that takes too long is well."""
    cached = Cached(check, _ANSWER_KEPT, patience=patience)

    def ask() -> bool:
        try:
            return cached()
        except StoreError:
            return False

    return ask


class NodeProbe:
    """Whether a node answers: asked in a thread of its own, so that a silent one keeps nobody waiting.

    An answer counts for `kept` seconds. Whoever comes later has it asked again, and waits `patience` seconds for that at
    most: until it is there, what was known before is true, unless the node is silent for `silence` seconds by now.
    """

    def __init__(
        self,
        ask: Callable[[], object],
        *,
        kept: float = _NODE_KEPT,
        patience: float = _NODE_PATIENCE,
        silence: float = _NODE_SILENCE,
    ) -> None:
        self._ask = ask
        self._kept = kept
        self._patience = patience
        self._silence = silence
        self._lock = threading.Lock()
        self._asked: tuple[float, threading.Event] | None = None
        self._answers = False
        self._until = 0.0

    def __call__(self) -> bool:
        """Tell whether it answers."""
        with self._lock:
            if monotonic() < self._until:
                return self._answers
            if self._asked is None:
                asked = threading.Event()
                threading.Thread(target=self._find_out, args=(asked,), name="probe", daemon=True).start()
                self._asked = monotonic(), asked  # not before: where no thread is to be had, the next one tries again
            since, asked = self._asked
        is_known = asked.wait(self._patience)
        return self._answers and (is_known or monotonic() - since < self._silence)

    def _find_out(self, asked: threading.Event) -> None:
        answers = False
        try:
            self._ask()
            answers = True
        except DSSError:
            pass
        except Exception:  # noqa: BLE001 - whatever it is, the node is asked again, and whoever waits is told
            _log.exception("whether a node answers could not be found out")
        with self._lock:
            self._answers, self._until, self._asked = answers, monotonic() + self._kept, None
        asked.set()


class Health:
    """How this replica is, and what the store knows; the port of the actions that tell it.

    `checks` are filled in once the doors are made. `waiting` is entered around looking, so that others may compute.
    """

    def __init__(
        self,
        version: str,
        read: Callable[[datetime], Records],
        nodes: Mapping[str, Callable[[], bool]],
        clock: Clock,
        waiting: Waiting = nullcontext,
    ) -> None:
        self.version = version
        self.checks: dict[str, Callable[[], bool]] = {}
        self._probes = nodes
        self._nodes = Cached(self._ask_nodes, _ANSWER_KEPT, waiting)
        self._starts_until = float("-inf")
        self._records = Cached(lambda: read(clock()), _RECORDS_KEPT, waiting, patience=_STORE_PATIENCE)
        self._outlook = Cached(self._look, _RECORDS_KEPT, waiting)

    def begin(self) -> None:
        """Be starting from now on, until all is well for the first time, or should long be."""
        self._starts_until = monotonic() + _STARTS_FOR

    def is_starting(self) -> bool:
        """Tell whether what isn't well may just not be so yet."""
        if monotonic() > self._starts_until:
            return False
        if all(self.nodes().values()) and all(check() for check in self.checks.values()):
            self._starts_until = float("-inf")
            return False
        return True

    def nodes(self) -> dict[str, bool]:
        """Tell of each node whether it answers, or did a moment ago."""
        return self._nodes()

    def records(self) -> Records:
        """Tell what the store knows, or knew some seconds ago; raises StoreError."""
        return self._records()

    def records_if_readable(self) -> Records | None:
        """Tell the same; None where the store doesn't answer."""
        try:
            return self._records()
        except StoreError:
            return None

    def outlook(self) -> Outlook:
        """Tell what this replica sees, or saw some seconds ago."""
        return self._outlook()

    def _ask_nodes(self) -> dict[str, bool]:
        """Ask all of them at once."""
        if not self._probes:
            return {}
        with ThreadPoolExecutor(len(self._probes), thread_name_prefix="probes") as threads:
            return dict(zip(self._probes, threads.map(lambda probe: probe(), self._probes.values()), strict=True))

    def _look(self) -> Outlook:
        is_starting = self.is_starting()
        return Outlook({name: check() for name, check in self.checks.items()}, self.nodes(), is_starting=is_starting)
