"""The socket under a kept connection: whoever has to wait for the far end lets others compute meanwhile."""

from __future__ import annotations

from io import BufferedReader, RawIOBase
from ssl import SSLWantReadError, SSLWantWriteError
from typing import TYPE_CHECKING

from urllib3.util import wait_for_read, wait_for_write

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from _typeshed import WriteableBuffer

    from opsbot.actions.ports import Waiting

_NOT_YET = (BlockingIOError, SSLWantReadError, SSLWantWriteError)
"""What a socket that never blocks says where another would; TLS tells what it wants, which isn't always what one does."""

_WHAT_TLS_WANTS: dict[type[OSError], Callable[[socket.socket, float], bool]] = {
    SSLWantReadError: wait_for_read,
    SSLWantWriteError: wait_for_write,
}


class Wire:
    """All that http.client asks of a connected socket. Waits inside `waiting` only; too long a silence is an error."""

    def __init__(self, sock: socket.socket, seconds: float, waiting: Waiting) -> None:
        sock.settimeout(0)
        self._sock = sock
        self._seconds = seconds
        self._waiting = waiting
        self.heard = False
        """Whether anything came back since the last sending."""

    def sendall(self, data: bytes) -> None:
        """Send it all."""
        self.heard = False
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._sock.send(rest) :]
            except _NOT_YET as hint:
                self._wait(_WHAT_TLS_WANTS.get(type(hint), wait_for_write))

    def receive_into(self, buffer: WriteableBuffer) -> int:
        """Receive what there is, at least a byte; 0 is the end."""
        while True:
            try:
                count = self._sock.recv_into(buffer)
            except _NOT_YET as hint:
                self._wait(_WHAT_TLS_WANTS.get(type(hint), wait_for_read))
            else:
                self.heard = self.heard or count > 0
                return count

    def stirs(self) -> bool:
        """Tell whether there is something to receive now."""
        return wait_for_read(self._sock, 0)

    def makefile(self, _mode: str) -> BufferedReader:
        """Make a file to read a reply from; it keeps the socket open as long as it is open itself."""
        return BufferedReader(_Receiving(self, self._sock.makefile("rb", buffering=0)))

    def close(self) -> None:
        """Let go of the socket."""
        self._sock.close()

    def _wait(self, ready: Callable[[socket.socket, float], bool]) -> None:
        with self._waiting():
            in_time = ready(self._sock, self._seconds)
        if not in_time:
            raise TimeoutError(f"no sign of life for {self._seconds:g} s")


class _Receiving(RawIOBase):
    """Reads from the wire, and keeps `hold` open meanwhile."""

    def __init__(self, wire: Wire, hold: RawIOBase) -> None:
        self._wire = wire
        self._hold = hold

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self._wire.receive_into(buffer)

    def close(self) -> None:
        self._hold.close()
        super().close()
