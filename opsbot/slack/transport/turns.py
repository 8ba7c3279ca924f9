"""One at a time computes; the others wait for the network.

Python runs one thread at a time, and gives a thread that comes back from a wait its turn only after every other that
wants one. With twenty workers between their calls an acknowledgement would queue behind all of them; with turns it
queues behind one.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Turns:
    """Hands out the turn among the threads that take one; threads that never do aren't held up by it.

    Whoever waits for a lock that is held across a wait gives the turn up first, or both wait for ever.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mine = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the turn inside."""
        with self._lock:
            self._mine.held = True
            try:
                yield
            finally:
                self._mine.held = False

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others have the turn inside, which is for waiting; without a turn this does nothing."""
        if not getattr(self._mine, "held", False):
            yield
            return
        self._mine.held = False
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
            self._mine.held = True
