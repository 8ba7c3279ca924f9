"""Calls to Slack over kept connections: slack_sdk's client opens a new one, TLS and all, for every call."""

from __future__ import annotations

import ssl
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from urllib.request import Request

    from slack_sdk.web import SlackResponse

    from opsbot.actions.ports import Waiting


_CONNECT_SECONDS = 5
_READ_SECONDS = 30
_MOST_CONNECTIONS = 64


class KeptWebClient(WebClient):
    """slack_sdk's client with one thing changed: how a prepared call goes over the wire."""

    def __init__(self, token: str, base_url: str, waiting: Waiting = nullcontext) -> None:
        """Make a client; `waiting` is entered around each call, so that others may compute meanwhile."""
        handlers = [ConnectionErrorRetryHandler(max_retry_count=1), RateLimitErrorRetryHandler(max_retry_count=3)]
        super().__init__(token=token, base_url=base_url, ssl=ssl.create_default_context(), retry_handlers=handlers)
        settings: dict[str, Any] = {
            "maxsize": _MOST_CONNECTIONS,
            "ssl_context": self.ssl,
            "timeout": Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            "retries": False,
        }
        self._waiting = waiting
        self._pool = ProxyManager(self.proxy, **settings) if self.proxy else PoolManager(**settings)

    def api_call(self, *args: Any, **kwargs: Any) -> SlackResponse:
        """Call a method of Slack's; every method of this client comes through here."""
        with self._waiting():
            return super().api_call(*args, **kwargs)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Send a call that slack_sdk prepared; its retry handlers know connection errors as URLError."""
        try:
            reply = self._pool.request(req.get_method(), url, body=req.data, headers=dict(req.header_items()))  # type: ignore[arg-type]
        except HTTPError as error:
            raise URLError(error) from error
        return {"status": reply.status, "headers": reply.headers, "body": reply.data.decode("utf-8", "replace")}

    def post_json(self, url: str, content: dict[str, Any]) -> int:
        """Post to an address that Slack handed out, such as a response_url; gives the status."""
        try:
            with self._waiting():
                return self._pool.request("POST", url, json=content).status
        except HTTPError as error:
            raise URLError(error) from error

    def close(self) -> None:
        """Let go of the kept connections."""
        self._pool.clear()
