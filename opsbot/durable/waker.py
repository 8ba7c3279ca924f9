"""Waking channels by a thread of its own: whoever changed something has better things to do than to wait for that."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

_MOMENT = 0.02
"""Seconds in which the work that goes on after a change goes first: both want the processor and, on SQLite, the lock."""
_FINISHING_SECONDS = 2.0


class Waker:
    """Calls `wake` for each channel that it is told of, once for all who told it in the same moment.

    That may be lost, with the process or the database; the sweep makes up for it.
    """

    def __init__(self, wake: Callable[[str], None], moment: float = _MOMENT) -> None:
        """Nothing is woken before `start`; `moment` is how many seconds lie between telling and waking."""
        self._wake = wake
        self._moment = moment
        self._channels: dict[str, None] = {}
        self._told = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)

    def start(self) -> None:
        """Wake who is to be woken, from those on that were told of before."""
        self._thread.start()

    def wake(self, channel: str) -> None:
        """Have a channel woken soon."""
        with self._lock:
            self._channels[channel] = None
        self._told.set()

    def stop(self) -> None:
        """Wake who was told of, and end; where that takes too long, it is left undone."""
        self._stopping.set()
        self._told.set()
        if self._thread.is_alive():
            self._thread.join(_FINISHING_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._told.wait()
            self._stopping.wait(self._moment)
            self._told.clear()
            self._wake_all()
        self._wake_all()

    def _wake_all(self) -> None:
        with self._lock:
            channels, self._channels = self._channels, {}
        for channel in channels:
            self._wake_one(channel)

    def _wake_one(self, channel: str) -> None:
        try:
            self._wake(channel)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next channel and the next sweep come
            _log.warning("channel %s stays asleep until the next sweep: %s", channel, error)
