"""Waking channels by a thread of its own: whoever changed something has better things to do than to wait for that."""

from __future__ import annotations

import logging
import threading
from time import monotonic
from typing import TYPE_CHECKING

from opsbot.errors import in_full

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

_MOMENT = 0.02
"""Seconds in which the work that goes on after a change goes first: both want the processor and, on SQLite, the lock."""
_FINISHING_SECONDS = 2.0


class Waker:
    """Calls `wake` for each channel that it is told of when it is time, once for all who told it by then.

    So many channels may wait for their time as there are: each is a line in a table here, none a thread. All of it may
    be lost, with the process or the database; the sweep makes up for it.
    """

    def __init__(self, wake: Callable[[str], None], moment: float = _MOMENT) -> None:
        """Nothing is woken before `start`; `moment` is how many seconds lie between its time and waking."""
        self._wake = wake
        self._moment = moment
        self._due: dict[str, float] = {}
        self._told = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)

    def start(self) -> None:
        """Wake who is to be woken, from those on that were told of before."""
        self._thread.start()

    def wake(self, channel: str, after: float = 0.0) -> None:
        """Have a channel woken soon, or after so many seconds; of several times the earliest counts."""
        due = monotonic() + after
        with self._lock:
            self._due[channel] = min(due, self._due.get(channel, due))
        self._told.set()

    def stop(self) -> None:
        """Wake whose time has come, and end; where that takes too long, it is left undone, as are the others."""
        self._stopping.set()
        self._told.set()
        if self._thread.is_alive():
            self._thread.join(_FINISHING_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._told.wait(self._rest())
            self._stopping.wait(self._moment)
            self._told.clear()
            self._wake_who_is_due()
        self._wake_who_is_due()

    def _rest(self) -> float | None:
        """Tell in how many seconds the next is due; None where nobody waits."""
        with self._lock:
            return max(min(self._due.values()) - monotonic(), 0.0) if self._due else None

    def _wake_who_is_due(self) -> None:
        with self._lock:
            now = monotonic()
            channels = [channel for channel, due in self._due.items() if due <= now]
            for channel in channels:
                del self._due[channel]
        for channel in channels:
            self._wake_one(channel)

    def _wake_one(self, channel: str) -> None:
        try:
            self._wake(channel)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next channel and the next sweep come
            _log.warning("channel %s stays asleep until the next sweep: %s", channel, in_full(error))
