"""Bolt, set up so that it acknowledges as fast as it can; payloads come in by HTTP or by Socket Mode."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from websocket import WebSocketException

from opsbot.errors import ConfigError
from opsbot.slack.forms.payloads import FIELD, VERB
from opsbot.slack.forms.views import FORM
from opsbot.slack.listening.doors import through
from opsbot.slack.listening.signed import SignedOnly
from opsbot.slack.listening.workspace import OwnWorkspace
from opsbot.slack.manifest import ANYTHING, PUBLISH_THIS
from opsbot.slack.transport.calls import CALL_ERRORS, in_words
from opsbot.slack.transport.envelopes import Envelopes
from opsbot.slack.transport.heard import hearing
from opsbot.slack.transport.pulse import Pulse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.socket_mode.websocket_client import SocketModeClient

    from opsbot.slack.identity import Identity
    from opsbot.slack.listening.listeners import Listeners
    from opsbot.slack.transport.heard import Meter

EVENTS_PATH = "/slack/events"

_log = logging.getLogger(__name__)
_bolt_log = logging.getLogger("slack_bolt")

_FIRST_SOCKET_SECONDS = 5.0
_NAP = 0.01
_LAST_SECONDS = 1.0
"""For the acknowledgements of what came before we hang up: without one people read that it failed, though it is done."""
_LOOK_SECONDS = 1.5
"""How often the socket is looked at, and pinged; a lost one is made again as soon as that is seen."""


def http_application(
    client: WebClient, identity: Identity, listeners: Listeners, signing_secret: str, meter: Meter
) -> WSGIApplication:
    """Make the WSGI application for EVENTS_PATH; it checks signatures."""
    answer = readable_only(SlackRequestHandler(_bolt(client, identity, listeners, signing_secret), EVENTS_PATH))

    def take(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with hearing(meter):
            return answer(environ, start_response)

    return SignedOnly(take, signing_secret)


def readable_only(application: WSGIApplication) -> WSGIApplication:
    """Refuse with 400 what can't be read at all, whoever signed it; Bolt fails where it can't."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return application(environ, start_response)
        except (ValueError, AttributeError, RecursionError) as error:
            _log.warning(
                "what somebody posted can't be read: %s",
                type(error).__name__,
                exc_info=_log.isEnabledFor(logging.DEBUG),
            )
            start_response("400 Bad Request", [("Content-Length", "0")])
            return []

    return answer


class SocketConnection:
    """A Socket Mode connection that comes back by itself."""

    def __init__(
        self, client: WebClient, identity: Identity, listeners: Listeners, app_token: str, meter: Meter
    ) -> None:
        # Bolt wants a secret, and checks nothing against it here: what comes over our own connection isn't signed.
        app = _bolt(client, identity, listeners, signing_secret=app_token)
        self._handler = _Handler(app, app_token, web_client=client, logger=_bolt_log, ping_interval=_LOOK_SECONDS)
        self._handler.meter = meter
        self._handler.client.on_message_listeners.append(self._handler.envelopes.came)
        self._pulse = Pulse(self._handler.client, _LOOK_SECONDS)
        self._closing = threading.Thread(target=self._handler.close, name="hanging up", daemon=True)

    def open(self) -> None:
        """Connect; raises ConfigError where Slack refuses the token or doesn't answer."""
        client = self._handler.client
        client.current_app_monitor_started = True  # else it looks before there is a socket, and makes a second one
        napping = client.current_session_runner  # since it was made, when there was no socket to run
        napping.shutdown()  # type: ignore[no-untyped-call]  # slack_sdk forgot the annotation
        try:
            self._handler.connect()  # type: ignore[no-untyped-call]  # Bolt forgot the annotation
        except CALL_ERRORS as error:
            raise ConfigError(f"Slack doesn't take the app token, or doesn't answer: {in_words(error)}.") from error
        client.current_session_runner = IntervalRunner(napping.target, napping.interval_seconds).start()
        until = time.monotonic() + _FIRST_SOCKET_SECONDS
        while not client.is_connected() and time.monotonic() < until:
            time.sleep(_NAP)
        client.current_app_monitor.start()
        self._pulse.begin()

    def is_open(self) -> bool:
        """Tell whether Slack can reach us just now."""
        return self._handler.client.is_connected()

    def close(self) -> None:
        """Disconnect, and stay so, once what came is acknowledged; Slack isn't waited for."""
        client = self._handler.client
        self._handler.envelopes.wait_for_none(_LAST_SECONDS)
        self._pulse.end()
        client.closed, client.auto_reconnect_enabled, client.default_auto_reconnect_enabled = True, False, False
        session = client.current_session
        line = session.sock if session is not None else None
        wire = line.sock if line is not None else None
        if session is not None:  # that we hang up is no error, for slack_sdk to log
            session.keep_running, session.on_error = False, None
        if line is not None:
            with suppress(OSError, WebSocketException):
                line.send_close()
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)  # else whoever waits for a message does so for ten seconds
        client.message_queue.put(None)  # no message: else whoever waits for one does so for up to a second
        client.disconnect()  # at once: whoever waits for a message would say that it has no socket any more
        if self._closing.ident is None:
            self._closing.start()
        self._closing.join(_LAST_SECONDS)  # who is just making another socket may be kept by Slack for half a minute
        if wire is not None:
            wire.close()  # it is left open otherwise


class _Handler(SocketModeHandler):
    """Bolt's handler, timed from the envelope to its acknowledgement."""

    meter: Meter

    def __init__(self, app: App, app_token: str, **how: Any) -> None:
        self.envelopes = Envelopes()
        super().__init__(app, app_token, **how)

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as Bolt's own
        with self.envelopes.acknowledging(), hearing(self.meter):
            super().handle(client, req)


def _bolt(client: WebClient, identity: Identity, listeners: Listeners, signing_secret: str) -> App:
    authorized = AuthorizeResult(
        enterprise_id=None,
        team_id=identity.team,
        bot_user_id=identity.user,
        bot_id=identity.bot,
        bot_token=client.token,
    )
    app = App(
        client=WebClient(base_url=client.base_url, ssl=client.ssl),  # Bolt's own; our calls go by the kept one
        signing_secret=signing_secret,
        authorize=lambda: authorized,  # asked once at the start, rather than in the first acknowledgement
        process_before_response=True,  # every listener acknowledges in the thread that took the payload
        logger=_bolt_log,
    )
    app.use(OwnWorkspace(identity))
    # The commonest first: Bolt asks its listeners one after the other.
    app.command(re.compile("^/"))(through("command", listeners.on_command))
    forms, shortcuts = listeners.forms, listeners.shortcuts
    app.options(re.compile(f"^{FIELD}"))(through("keystrokes", forms.on_keystrokes))
    app.action(re.compile(f"^({FIELD}|{VERB}$)"))(through("choice", forms.on_choice))
    app.view(FORM)(through("form", forms.on_sent))
    app.view_closed(FORM)(through("form", forms.on_closed))
    app.global_shortcut(ANYTHING)(through("shortcut", shortcuts.on_shortcut))
    app.message_shortcut(PUBLISH_THIS)(through("shortcut", shortcuts.on_message_shortcut))
    app.action(re.compile(""))(through("click", listeners.on_click))
    app.view(re.compile(""))(through("form", listeners.on_submission))
    for event, listener in listeners.events.items():
        name = event.partition(".")[0]  # "message.im" is what is subscribed to; "message" is what comes
        app.event(name)(through(name, listener))
    app.error(_last_resort)
    return app


def _last_resort(error: Exception) -> None:
    _log.error("an error left a listener", exc_info=error)
