"""Whether the far end of a socket is still there: one that answers no ping is hung up, so that another is made."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from slack_sdk.socket_mode.interval_runner import IntervalRunner

if TYPE_CHECKING:
    from slack_sdk.socket_mode.websocket_client import SocketModeClient
    from websocket import WebSocketApp

_log = logging.getLogger(__name__)

_MOST_LOOKS = 8
"""So many looks in a row at which nothing has come back, with a ping before each. Looks are counted, not seconds: a process
that was frozen for a minute hasn't looked meanwhile, and what came for it is still to be read."""


def wire_of(session: WebSocketApp | None) -> socket.socket | None:
    """Give what a session is carried by, while it is open."""
    line = session.sock if session is not None else None
    return line.sock if line is not None else None


class Pulse:
    """Looks at the pongs: slack_sdk sends pings, and waits for what comes back for as long as the system keeps the line.

    That is a quarter of an hour where the network drops everything, or for ever where something in between still holds it.
    """

    def __init__(self, client: SocketModeClient, seconds: float) -> None:
        """Look at a client's socket every so many seconds, once it is told to begin; so often it pings, too."""
        self._client = client
        self._looking = IntervalRunner(self.look, seconds)
        self._last: tuple[Any, float] = (None, 0.0)
        self._in_vain = 0

    def begin(self) -> None:
        """Look from now on."""
        self._looking.start()

    def end(self) -> None:
        """Look no more."""
        if self._looking.thread is not None:
            self._looking.shutdown()  # type: ignore[no-untyped-call]  # slack_sdk forgot the annotation

    def look(self) -> None:
        """Look once."""
        session = self._client.current_session
        wire = wire_of(session)
        answered = session.last_pong_tm if session is not None else 0.0
        if wire is None or session is not self._last[0] or answered != self._last[1]:
            self._last, self._in_vain = (session, answered), 0
            return
        self._in_vain += 1
        if self._in_vain < _MOST_LOOKS:
            return
        self._in_vain = 0
        _log.warning("Slack's end of the socket answers no ping any more; I hang up, and make another")
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)  # whoever reads from it, or is kept by sending, hears so at once
