"""Looking at the nodes from time to time, by one process of all.

A lock, not a schedule of DBOS: that begins each tick once, but beside the one before where a round takes longer than the
interval, and through a queue of one a round of a process that died keeps the others from looking until it is taken over.
When a node is due, jitter and all, is in our own table anyway, and a lock goes to the next process at once.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from opsbot.errors import OpsbotError, in_full

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

_log = logging.getLogger(__name__)

_OFTEN = 10.0


class Polling:
    """A thread of its own, so that a slow node delays nothing else; which node is due, the poll itself knows."""

    def __init__(
        self, poll: Callable[[], None], polling_alone: Callable[[], AbstractContextManager[bool]], interval: float
    ) -> None:
        """Poll about every `interval` seconds while `polling_alone` gives True."""
        self._poll = poll
        self._alone = polling_alone
        self._nap = min(interval / 5, _OFTEN)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="poll", daemon=True)

    def start(self) -> None:
        """Begin at once: what happened while nobody looked is news."""
        self._thread.start()

    def is_stopping(self) -> bool:
        """Tell whether a poll that is under way is to end."""
        return self._stopping.is_set()

    def end(self) -> None:
        """Look no more, and drop what is being looked at."""
        self._stopping.set()

    def stop(self) -> None:
        """End, and wait for that."""
        self.end()
        if self._thread.is_alive():
            self._thread.join()

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._alone() as is_alone:
                    if is_alone:
                        self._poll()
            except Exception as error:  # noqa: BLE001 - there is a next time, whatever went wrong
                is_ours = not isinstance(error, OpsbotError)
                _log.warning("the nodes could not be looked at: %s", in_full(error), exc_info=is_ours)
            self._stopping.wait(self._nap)
