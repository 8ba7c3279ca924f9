"""Hanging up: connections that end without a word, as when a network fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from starlette.types import Receive, Scope, Send
    from websockets.http11 import Request

_EXTENSION = "opsbot.hang_up"


class HTTPProtocol(HttpToolsProtocol):
    """HTTP whose endpoints can hang up."""

    def on_message_begin(self) -> None:
        """Give each call a way to end its connection."""
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"abort": self.transport.abort}}


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """WebSockets that can be cut off."""

    def handle_connect(self, event: Request) -> None:
        """Give each connection a way to end."""
        super().handle_connect(event)
        if hasattr(self, "scope"):  # a handshake that went wrong has none
            extensions: Any = self.scope["extensions"]
            extensions[_EXTENSION] = {"abort": self.transport.abort}


def hang_up(scope: Mapping[str, Any] | MutableMapping[str, Any]) -> None:
    """End the connection of a call, with no goodbye; raises ConnectionError where the server can't."""
    try:
        scope["extensions"][_EXTENSION]["abort"]()
    except KeyError:
        raise ConnectionError("Only a WorkspaceServer can hang up.") from None


class HungUp(Response):
    """What the far end gets instead of an answer: nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        """End the connection and wait until it is gone."""
        hang_up(scope)
        while (await receive())["type"] != "http.disconnect":
            pass
