"""Calls to Slack over kept connections: slack_sdk's client opens a new one, TLS and all, for every call."""

from __future__ import annotations

import math
import ssl
from contextlib import nullcontext
from copy import copy
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.http_retry import RetryHandler
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from opsbot.slack.transport.calls import ForeignAddressError, ReplyLostError
from opsbot.slack.transport.lines import Lines
from opsbot.slack.transport.timed import timed, unnoted

if TYPE_CHECKING:
    from typing import BinaryIO
    from urllib.request import Request

    from slack_sdk.http_retry import HttpResponse, RetryState
    from slack_sdk.web import SlackResponse

    from opsbot.actions.ports import Waiting
    from opsbot.slack.transport.timed import NoteSlack

_TIMEOUT = Timeout(connect=5, read=30)
_UPLOADING = Timeout(connect=30, read=300)
"""urllib3 counts each piece that is sent under `connect`; after the last, Slack may think for a while."""

_HOOKS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_FILES = frozenset({"files.slack.com", "files.slack-gov.com"})
_TLS = 443

_WAITED = "waited"
"""By this the state of a call says how many seconds Slack had it wait."""

_PIECE = 1 << 18
_MOST_CONNECTIONS = 128
"""Kept to each host: more than there are threads that answer, since one that isn't kept is made anew for each call."""


class KeptWebClient(WebClient):
    """slack_sdk's client with one thing changed: how a prepared call goes over the wire."""

    def __init__(
        self,
        token: str,
        base_url: str,
        waiting: Waiting = nullcontext,
        *,
        timeout: int = 30,
        context: ssl.SSLContext | None = None,
        patience: float = math.inf,
        note: NoteSlack = unnoted,
    ) -> None:
        """Make a client; `waiting` is entered around each wait for Slack, so that others may compute meanwhile.

        `timeout` is how many seconds Slack may be silent; `context` tells whom to trust, if not whom the system does.
        Where Slack asks it to come back later it does so, unless a call would wait longer than `patience` seconds in all:
        then, and where it came back often enough, it raises Slack's 429.
        `note` is called with each call once it is over.
        """
        context = context or ssl.create_default_context()
        handlers = _handlers(waiting, patience)
        super().__init__(token=token, base_url=base_url, timeout=timeout, ssl=context, retry_handlers=handlers)
        self._waiting = waiting
        self._note = note
        self._lines = Lines(self.base_url, self.proxy, context, waiting, timeout)
        self._elsewhere = _manager(self.proxy, context)

    def with_patience(self, seconds: float) -> KeptWebClient:
        """Give one that waits no longer where Slack asks to come back later; the connections are the same."""
        other = copy(self)
        other.retry_handlers = _handlers(self._waiting, seconds)
        return other

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """Call one of Slack's methods, as slack_sdk does, and note how that went."""
        with timed(api_method, self._note) as going:
            reply = super().api_call(api_method, **arguments)
            going.reply(reply.headers)
            return reply

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002 - its name is slack_sdk's
        """Send a call that slack_sdk prepared; its retry handlers send again what ends in a URLError."""
        status, headers, body = self._lines.call(req.get_method(), req.selector, req.data, dict(req.header_items()))  # type: ignore[arg-type]  # slack_sdk puts bytes there, or nothing
        return {"status": status, "headers": headers, "body": body.decode("utf-8", "replace")}

    def _perform_urllib_http_request(self, *, url: str, args: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Prepare and send a call; what begins like JSON and isn't any is a reply that broke off."""
        try:
            return super()._perform_urllib_http_request(url=url, args=args)
        except JSONDecodeError as error:
            raise ReplyLostError(error) from error

    def post_json(self, url: str, content: dict[str, Any]) -> int:
        """Post to an address that a payload named, such as a response_url; gives the status.

        It is posted to Slack's own hosts and to that of its API only, and follows nobody elsewhere.
        """
        self._refuse_foreign(url, _HOOKS)
        try:
            with timed("response_url", self._note) as going, self._waiting():
                reply = self._elsewhere.request(
                    "POST", url, json=content, retries=False, redirect=False, timeout=_TIMEOUT
                )
                going.end(reply.status)
        except HTTPError as error:
            raise URLError(error) from error
        return reply.status

    def post_file(self, url: str, content: bytes | BinaryIO, size: int) -> int:
        """Post the bytes of a file to an address that Slack handed out, as they are read; gives the status.

        slack_sdk's own way to upload reads all of a file into memory first, and opens a connection for each.
        """
        self._refuse_foreign(url, _FILES)
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        try:
            with timed("upload", self._note) as going, self._waiting():
                reply = self._elsewhere.request(
                    "POST", url, body=content, headers=headers, retries=False, redirect=False, timeout=_UPLOADING
                )
                going.end(reply.status)
        except HTTPError as error:
            raise ReplyLostError(error) from error
        return reply.status

    def _refuse_foreign(self, url: str, hosts: frozenset[str]) -> None:
        """Raise ForeignAddressError unless the address is on one of the hosts, over TLS, or on that of Slack's API."""
        try:
            asked, ours = parse_url(url), parse_url(self.base_url)
        except HTTPError as error:
            raise ForeignAddressError from error
        at_home = (asked.scheme, asked.host) == (ours.scheme, ours.host)
        at_slack = asked.scheme == "https" and asked.host in hosts and asked.port in {None, _TLS}
        if asked.auth is not None or not (at_home or at_slack):
            raise ForeignAddressError

    def close(self) -> None:
        """Let go of the kept connections."""
        self._lines.close()
        self._elsewhere.clear()


def _manager(proxy: str | None, context: ssl.SSLContext) -> PoolManager:
    settings: dict[str, Any] = {"maxsize": _MOST_CONNECTIONS, "ssl_context": context, "blocksize": _PIECE}
    return ProxyManager(proxy, **settings) if proxy else PoolManager(**settings)


def _handlers(waiting: Waiting, patience: float) -> list[RetryHandler]:
    return [
        _Patient(ConnectionErrorRetryHandler(max_retry_count=1), waiting),
        _Patient(_ComeBackLater(patience), waiting),
    ]


class _ComeBackLater(RateLimitErrorRetryHandler):
    """Sends again what Slack refused with 429, unless it asks to wait longer than one has patience.

    A proxy may say it with a date, which slack_sdk doesn't read: whoever called hears of that one at once.
    """

    def __init__(self, patience: float) -> None:
        """Have so many seconds of patience for a call, however often it is asked to come back."""
        super().__init__(max_retry_count=3)
        self._patience = patience

    def _can_retry(self, *, state: RetryState, response: HttpResponse | None = None, **attempt: Any) -> bool:
        if response is None or not super()._can_retry(state=state, response=response, **attempt):
            return False
        headers = {name.lower(): value for name, value in response.headers.items()}
        before: int = (state.custom_values or {}).get(_WAITED, 0)
        try:
            waited = before + int(headers.get("retry-after", ["1"])[0])
        except ValueError:
            return False
        state.custom_values = {_WAITED: waited}
        return waited <= self._patience


class _Patient(RetryHandler):
    """A retry handler that lets others compute while it waits for the time of the next attempt."""

    def __init__(self, handler: RetryHandler, waiting: Waiting) -> None:
        super().__init__(max_retry_count=handler.max_retry_count)
        self._handler = handler
        self._waiting = waiting

    def can_retry(self, **attempt: Any) -> bool:
        """Tell what the handler thinks of another attempt."""
        return self._handler.can_retry(**attempt)

    def prepare_for_next_attempt(self, **attempt: Any) -> None:
        """Wait as long as the handler does."""
        with self._waiting():
            self._handler.prepare_for_next_attempt(**attempt)
