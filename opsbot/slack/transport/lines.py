"""Kept connections to Slack's host: the shortest way from a prepared call to its reply."""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import unquote, urlsplit

from opsbot.slack.transport.calls import ReplyLostError
from opsbot.slack.transport.wire import Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from http.client import HTTPMessage

    from opsbot.actions.ports import Waiting


class Lines:
    """Keeps what is idle for whoever calls next.

    What Slack can't have heard is a URLError, which may be sent again: no connection was made, the sending failed, or
    a connection that had been idle was gone before a byte came back. Everything else is a ReplyLostError, which may not.
    """

    def __init__(self, url: str, proxy: str | None, context: ssl.SSLContext, waiting: Waiting, seconds: float) -> None:
        """Make no connection yet; `seconds` are for making one, and between two signs of life of Slack."""
        self._url = urlsplit(url)
        self._proxy = urlsplit(proxy) if proxy else None
        self._context = context
        self._waiting = waiting
        self._seconds = seconds
        self._idle: deque[_Line | _SecureLine] = deque()

    def call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, HTTPMessage, bytes]:
        """Send a call and wait for its reply."""
        line = self._idle_line() or self._make()
        kept = line.sock is not None
        try:
            if not kept:
                self._connect(line)
            line.request(method, path, body=body, headers=dict(headers))
        except (OSError, HTTPException) as error:
            line.close()
            raise URLError(error) from error
        wire: Wire = line.sock
        try:
            reply = line.getresponse()
            answer = reply.status, reply.headers, reply.read()
        except (OSError, HTTPException) as error:
            line.close()
            was_gone = kept and not wire.heard and isinstance(error, ConnectionError)
            raise (URLError if was_gone else ReplyLostError)(error) from error
        self._idle.append(line)
        return answer

    def close(self) -> None:
        """Let go of the idle connections."""
        while self._idle:
            self._idle.pop().close()

    def _idle_line(self) -> _Line | _SecureLine | None:
        """Take the connection that was used last, if the far end still keeps it."""
        try:
            line = self._idle.pop()
        except IndexError:
            return None
        if line.sock is not None and line.sock.stirs():  # nothing is due: the far end let go of it
            line.close()
        return line

    def _connect(self, line: _Line | _SecureLine) -> None:
        with self._waiting():
            line.connect()
        line.sock = Wire(line.sock, self._seconds, self._waiting)

    def _make(self) -> _Line | _SecureLine:
        via = self._proxy or self._url
        host = via.hostname or ""
        line = (
            _SecureLine(host, via.port, timeout=self._seconds, context=self._context)
            if self._url.scheme == "https"
            else _Line(host, via.port, timeout=self._seconds)
        )
        if self._proxy is not None:
            line.set_tunnel(
                self._url.hostname or "", self._url.port, _proxy_login(self._proxy.username, self._proxy.password)
            )
        return line


class _InOneSend:
    """Sends head and body together: each send gives Python's turn away, which has to be won back."""

    def _send_output(self: Any, message_body: bytes | None = None, encode_chunked: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - http.client's
        self._buffer.extend((b"", message_body or b""))
        message = b"\r\n".join(self._buffer)
        self._buffer.clear()
        self.send(message)


class _Line(_InOneSend, HTTPConnection):
    sock: Any


class _SecureLine(_InOneSend, HTTPSConnection):
    sock: Any


def _proxy_login(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    login = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {b64encode(login).decode()}"}
