"""Bolt, set up so that it acknowledges as fast as it can; payloads come in by HTTP or by Socket Mode."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from opsbot.slack.forms.payloads import FIELD, VERB
from opsbot.slack.forms.views import FORM
from opsbot.slack.listening.doors import through
from opsbot.slack.listening.signed import SignedOnly
from opsbot.slack.listening.workspace import OwnWorkspace
from opsbot.slack.manifest import ANYTHING, PUBLISH_THIS
from opsbot.slack.transport.heard import hearing
from opsbot.slack.transport.socket_mode import SocketConnection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from opsbot.slack.identity import Identity
    from opsbot.slack.listening.listeners import Listeners
    from opsbot.slack.transport.heard import Meter

EVENTS_PATH = "/slack/events"

_log = logging.getLogger(__name__)
_bolt_log = logging.getLogger("slack_bolt")


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


def socket_connection(
    client: WebClient, identity: Identity, listeners: Listeners, app_token: str, meter: Meter
) -> SocketConnection:
    """Make the connection over which Slack reaches us in Socket Mode; it isn't open yet."""
    # Bolt wants a secret, and checks nothing against it here: what comes over our own connection isn't signed.
    app = _bolt(client, identity, listeners, signing_secret=app_token)
    return SocketConnection(client, app_token, partial(run_bolt_app, app), meter)


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
