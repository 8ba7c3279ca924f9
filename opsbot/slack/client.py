"""Calls to Slack over kept connections: slack_sdk's client opens a new one, TLS and all, for every call."""

from __future__ import annotations

import ssl
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.http_retry import RetryHandler
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import wait_for_read

if TYPE_CHECKING:
    from urllib.request import Request

    from urllib3 import BaseHTTPResponse, HTTPResponse

    from opsbot.actions.ports import Waiting

_TIMEOUT = Timeout(connect=5, read=30)
_MOST_CONNECTIONS = 64


class KeptWebClient(WebClient):
    """slack_sdk's client with one thing changed: how a prepared call goes over the wire."""

    def __init__(self, token: str, base_url: str, waiting: Waiting = nullcontext) -> None:
        """Make a client; `waiting` is entered around each wait for Slack, so that others may compute meanwhile."""
        context = ssl.create_default_context()
        handlers = [ConnectionErrorRetryHandler(max_retry_count=1), RateLimitErrorRetryHandler(max_retry_count=3)]
        patient: list[RetryHandler] = [_Patient(handler, waiting) for handler in handlers]
        super().__init__(token=token, base_url=base_url, ssl=context, retry_handlers=patient)
        self._manager = _manager(self.proxy, context, waiting)
        self._pool = self._manager.connection_from_url(self.base_url)  # looked up once, not for each call

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002 - its name is slack_sdk's
        """Send a call that slack_sdk prepared; its retry handlers know connection errors as URLError."""
        headers = dict(req.header_items())
        try:
            reply = self._pool.urlopen(
                req.get_method(),
                req.selector,
                body=req.data,  # type: ignore[arg-type]  # slack_sdk puts bytes there, or nothing
                headers=headers,
                retries=False,
                timeout=_TIMEOUT,
            )
        except HTTPError as error:
            raise URLError(error) from error
        return {"status": reply.status, "headers": reply.headers, "body": reply.data.decode("utf-8", "replace")}

    def post_json(self, url: str, content: dict[str, Any]) -> int:
        """Post to an address that Slack handed out, such as a response_url; gives the status."""
        try:
            reply: BaseHTTPResponse = self._manager.request("POST", url, json=content, retries=False, timeout=_TIMEOUT)
        except HTTPError as error:
            raise URLError(error) from error
        return reply.status

    def close(self) -> None:
        """Let go of the kept connections."""
        self._manager.clear()


def _manager(proxy: str | None, context: ssl.SSLContext, waiting: Waiting) -> PoolManager:
    """Make what keeps the connections, of a kind that lets others compute while it waits."""

    class PatientConnection(HTTPConnection):
        def connect(self) -> None:
            with waiting():
                super().connect()

        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3 itself
            _wait(self, waiting)
            return super().getresponse()

    class PatientSecureConnection(HTTPSConnection):
        def connect(self) -> None:
            with waiting():
                super().connect()

        def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3 itself
            _wait(self, waiting)
            return super().getresponse()

    class Pool(HTTPConnectionPool):
        ConnectionCls = PatientConnection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = PatientSecureConnection

    settings: dict[str, Any] = {"maxsize": _MOST_CONNECTIONS, "ssl_context": context}
    manager = ProxyManager(proxy, **settings) if proxy else PoolManager(**settings)
    manager.pool_classes_by_scheme = {"http": Pool, "https": SecurePool}
    return manager


def _wait(connection: HTTPConnection, waiting: Waiting) -> None:
    """Wait for the first byte; what never comes is found out by the read that follows."""
    if connection.sock is not None:
        with waiting():
            wait_for_read(connection.sock, connection.timeout)


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
