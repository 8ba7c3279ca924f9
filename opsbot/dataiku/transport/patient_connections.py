"""Connections that let other threads compute while they wait for a node, and that can be hung up."""

from __future__ import annotations

import socket
import threading
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from opsbot.dataiku.patience import Waiting

_FITS = 1 << 14
"""Bytes that a system takes at once, whether the far end reads or not; for more it may have to be waited."""


class Asking:
    """The connections on which a node is asked for something; what changes something isn't among them.

    Once they are hung up nothing is asked any more, and whoever asks hears so.
    """

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self._lines: WeakSet[Any] = WeakSet()
        self._lock = threading.Lock()

    def begins(self, line: Any, method: str) -> None:
        """Notice what is going to be sent on a connection; raises ConnectionAbortedError where that comes too late."""
        with self._lock:
            self._lines.discard(line)
            if method == "GET":
                self._lines.add(line)
        self.goes_on(line)

    def goes_on(self, line: Any) -> None:
        """Raise ConnectionAbortedError if something is asked for on the connection, though nobody waits for it any more."""
        if self.is_over.is_set() and line in self._lines:
            raise ConnectionAbortedError("nobody waits for the answer any more")

    def hang_up(self) -> None:
        """End what is asked for just now, wherever a node keeps somebody waiting."""
        self.is_over.set()
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            wire = line.sock  # once: whoever asks may let go of it at any time
            if wire is not None:
                with suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)


def patient(kind: Any, waiting: Waiting, asking: Asking) -> Any:
    """Make a kind of connection that enters `waiting` around each wait, and tells `asking` what is sent on it."""

    class Patient(kind):  # type: ignore[misc]  # of which kind is only known now
        def connect(self) -> None:
            with waiting():
                super().connect()

        def putrequest(self, method: str, *args: Any, **kwargs: Any) -> Any:
            asking.begins(self, method)
            return super().putrequest(method, *args, **kwargs)

        def send(self, data: Any) -> Any:
            with waiting() if len(data) > _FITS else nullcontext():
                return super().send(data)

        def getresponse(self) -> Any:
            asking.goes_on(self)
            with waiting():
                return super().getresponse()

    return Patient
