"""The connection of Socket Mode: made anew by itself, without a gap, and hung up without waiting for anybody."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from slack_bolt.adapter.socket_mode.internals import send_response
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.websocket_client import SocketModeClient
from websocket import WebSocketException

from opsbot.errors import ConfigError
from opsbot.slack.transport.calls import CALL_ERRORS, in_words
from opsbot.slack.transport.envelopes import Envelopes
from opsbot.slack.transport.heard import hearing
from opsbot.slack.transport.pulse import Pulse, wire_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import BoltResponse
    from slack_sdk import WebClient
    from slack_sdk.socket_mode.client import BaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from websocket import WebSocketApp

    from opsbot.slack.transport.heard import Meter

_log = logging.getLogger("slack_bolt")

_FIRST_SOCKET_SECONDS = 5.0
_NAP = 0.01
_LAST_SECONDS = 1.0
"""For the acknowledgements of what came before we hang up: without one people read that it failed, though it is done."""
_LAST_READ_SECONDS = 1.0
"""So long whoever reads from a socket may take to see that we hung up."""
_LOOK_SECONDS = 1.5
"""How often the socket is looked at, and pinged; a lost one is made again as soon as that is seen."""
_APART_SECONDS = 0.5
"""Between the beginnings of two sessions: one that ends at once isn't begun again without end."""


class SocketConnection:
    """A Socket Mode connection that comes back by itself."""

    def __init__(
        self, client: WebClient, app_token: str, answer: Callable[[SocketModeRequest], BoltResponse], meter: Meter
    ) -> None:
        """Make one that isn't open yet; what comes over it is timed from the envelope to its acknowledgement."""
        self._answer = answer
        self._meter = meter
        self._envelopes = Envelopes()
        self._client = _Client(app_token, client)
        self._client.on_message_listeners.append(self._envelopes.came)
        self._client.socket_mode_request_listeners.append(self._handle)
        self._pulse = Pulse(self._client, _LOOK_SECONDS)
        self._closing = threading.Thread(target=self._client.close, name="hanging up", daemon=True)

    def open(self) -> None:
        """Connect; raises ConfigError where Slack refuses the token or doesn't answer."""
        try:
            self._client.connect()
        except CALL_ERRORS as error:
            raise ConfigError(f"Slack doesn't take the app token, or doesn't answer: {in_words(error)}.") from error
        until = time.monotonic() + _FIRST_SOCKET_SECONDS
        while not self.is_open() and time.monotonic() < until:
            time.sleep(_NAP)
        self._pulse.begin()

    def is_open(self) -> bool:
        """Tell whether Slack can reach us just now."""
        return self._client.is_connected()

    def close(self) -> None:
        """Disconnect, and stay so, once what came is acknowledged; Slack isn't waited for."""
        self._envelopes.wait_for_none(_LAST_SECONDS)
        self._pulse.end()
        wire = self._client.hang_up()
        if self._closing.ident is None:
            self._closing.start()
        self._closing.join(_LAST_SECONDS)  # who is just making another socket may be kept by Slack for half a minute
        if wire is not None:
            wire.close()  # it is left open otherwise

    def _handle(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        with self._envelopes.acknowledging(), hearing(self._meter):
            send_response(client, request, self._answer(request), time.time())


class _Client(SocketModeClient):
    """slack_sdk's client, but for when it begins a session.

    slack_sdk lets half a second pass between two, in which what people type finds nobody, and makes two where Slack has one
    replaced: the second since the first hasn't begun.
    """

    def __init__(self, app_token: str, client: WebClient) -> None:
        self._begun: WebSocketApp | None = None
        super().__init__(app_token, logger=_log, web_client=client, ping_interval=_LOOK_SECONDS)
        self.current_session_runner.shutdown()  # type: ignore[no-untyped-call]  # slack_sdk forgot the annotation
        self.current_session_runner = IntervalRunner(self._run_current_session, _NAP).start()

    def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - as slack_sdk calls it
        """Make another session, unless one was just made: that Slack replaces one is told by a message, and by its end."""
        with self.connect_operation_lock:
            is_next_made = self.current_session is not self._begun
            if not self.closed and not is_next_made and (force or not self.is_connected()):
                self.wss_uri = self.issue_new_wss_url()
                self.connect()

    def hang_up(self) -> socket.socket | None:
        """Let the session end, and begin no other; gives what is to be closed once nobody reads from it any more."""
        self.closed, self.auto_reconnect_enabled, self.default_auto_reconnect_enabled = True, False, False
        session = self.current_session
        wire = wire_of(session)
        if session is not None:  # that we hang up is no error, for slack_sdk to log
            session.keep_running, session.on_error = False, None
        line = session.sock if session is not None else None
        if line is not None:
            with suppress(OSError, WebSocketException):
                line.send_close()
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)  # else whoever waits for a message does so for ten seconds
        self.message_queue.put(None)  # no message: else whoever waits for one does so for up to a second
        until = time.monotonic() + _LAST_READ_SECONDS
        while session is not None and session.sock is not None and time.monotonic() < until:
            time.sleep(_NAP)  # else slack_sdk takes it away from under who reads from it, who calls that an error
        return wire

    def _run_current_session(self) -> None:
        began, self._begun = time.monotonic(), self.current_session
        super()._run_current_session()  # type: ignore[no-untyped-call]  # as above
        if self._begun is not None:
            time.sleep(max(began + _APART_SECONDS - time.monotonic(), 0.0))
