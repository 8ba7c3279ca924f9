"""What this process is at, so that what it isn't at can be told from what it lost."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Active:
    """The workflows that this process is at, or is about to be: who was begun here may have to wait for a thread."""

    def __init__(self, threads: int) -> None:
        """Nothing is going on yet; at most so many can at once."""
        self._threads = threads
        self._names: Counter[str] = Counter()
        self._beginning: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def beginning(self, workflow: str) -> Iterator[None]:
        """Begin a workflow inside; where that fails, it isn't one that is going on, unless it was begun before."""
        with self._changed:
            is_new = workflow not in self._beginning
            self._beginning.add(workflow)
        try:
            yield
        except BaseException:
            if is_new:
                self._forget(workflow)
            raise

    @contextmanager
    def at(self, workflow: str) -> Iterator[None]:
        """Be at a workflow, inside."""
        with self._changed:
            self._names[workflow] += 1
            self._beginning.discard(workflow)
        try:
            yield
        finally:
            with self._changed:
                self._names -= Counter([workflow])
                self._changed.notify_all()

    def names(self) -> frozenset[str] | None:
        """Name them; None where all threads are taken, so that others may be waiting for one."""
        with self._changed:
            taken = self._names.total() >= self._threads
            return None if taken else frozenset(self._names) | self._beginning

    def wait_for_none(self, seconds: float) -> None:
        """Wait until nothing is going on, for so long at most."""
        with self._changed:
            self._changed.wait_for(lambda: not self._names and not self._beginning, seconds)

    def _forget(self, workflow: str) -> None:
        with self._changed:
            self._beginning.discard(workflow)
            self._changed.notify_all()
