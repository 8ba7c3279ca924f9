"""Socket Mode: the app keeps WebSocket connections open, and each payload goes to exactly one of them."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from opsbot.sandbox.workspace.delivery import JSON, Acknowledged, Answer, Kind, Retry, Unanswered
from opsbot.sandbox.workspace.hanging_up import hang_up

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.state import Workspace

MOST_CONNECTIONS = 10
_LIFETIME = 18_060  # seconds, as Slack says in its hello
_WARNING = 10  # seconds before the end
_GOING_AWAY = 1001
_POLICY_VIOLATION = 1008


class SocketMode:
    """Takes the app's connections, and tells it of things in turn."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._connections: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[JSON]] = {}

    @property
    def connections(self) -> int:
        """How many connections the app has open."""
        return len(self._connections)

    async def endpoint(self, socket: WebSocket) -> None:
        """Hold one connection for as long as the app does."""
        ticket = socket.query_params.get("ticket", "")
        if not self._workspace.tickets.take_socket(ticket):
            await socket.close(_POLICY_VIOLATION)
            return
        await socket.accept()
        if len(self._connections) >= MOST_CONNECTIONS:
            await self._end(socket, "too_many_websockets")
            return
        self._connections.append(socket)
        refreshing = asyncio.ensure_future(self._refresh(socket))
        try:
            await socket.send_json(self._hello())
            await self._listen(socket)
        finally:
            refreshing.cancel()
            if socket in self._connections:
                self._connections.remove(socket)

    async def deliver(self, kind: Kind, payload: JSON, *, retry: Retry | None = None) -> Answer:
        """Send an envelope to the connection whose turn it is, and wait for its acknowledgement."""
        envelope = _envelope(kind, payload, retry)
        envelope_id: str = envelope["envelope_id"]
        acknowledgement: asyncio.Future[JSON] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = acknowledgement
        until = self._workspace.clock() + self._workspace.timing.ack_seconds
        began = time.perf_counter()
        answer: Answer
        try:
            if not await self._send(json.dumps(envelope)):
                answer = Unanswered("dispatch_failed")
            else:
                answer = Acknowledged(await self._workspace.clock.wait_for(acknowledgement, until))
        except TimeoutError:
            answer = Unanswered("operation_timeout")
        finally:
            del self._waiting[envelope_id]
        shown = answer.payload if isinstance(answer, Acknowledged) else {"error": answer.error}
        about = {"envelope_id": envelope_id, "retry": retry.number if retry is not None else 0}
        self._workspace.record("socket", kind, payload, shown, **about, seconds=time.perf_counter() - began)
        return answer

    async def disconnect(self, *, announced: bool) -> int:
        """Close every connection; `announced`, the app is first asked to connect anew, as by Slack every few hours."""
        closing = tuple(self._connections)
        for socket in closing:
            await self._end(socket, "refresh_requested" if announced else None)
        return len(closing)

    async def warn(self) -> int:
        """Say on every connection that it will be closed in a while; payloads still come over it."""
        warned = tuple(self._connections)
        for socket in warned:
            await socket.send_json(_disconnect("warning"))
        return len(warned)

    async def cut(self) -> int:
        """Let every connection end without a word."""
        cutting, self._connections[:] = tuple(self._connections), []
        for socket in cutting:
            hang_up(socket.scope)
        return len(cutting)

    async def close(self) -> None:
        """Close every connection for good."""
        await self.disconnect(announced=False)

    async def _end(self, socket: WebSocket, reason: str | None) -> None:
        if socket in self._connections:
            self._connections.remove(socket)
        if reason is not None:
            await socket.send_json(_disconnect(reason))
        await socket.close(_GOING_AWAY)

    async def _refresh(self, socket: WebSocket) -> None:
        """Ask the app to connect anew when a connection has been open for as long as Slack lets it."""
        await self._workspace.clock.sleep(_LIFETIME - _WARNING)
        await socket.send_json(_disconnect("warning"))
        await self._workspace.clock.sleep(_WARNING)
        await self._end(socket, "refresh_requested")

    async def _send(self, text: str) -> bool:
        while self._connections:
            socket = self._connections.pop(0)
            try:
                await socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                continue  # it went away unnoticed: the next one gets it
            self._connections.append(socket)
            return True
        return False

    async def _listen(self, socket: WebSocket) -> None:
        async for text in socket.iter_text():
            try:
                message = json.loads(text)
            except ValueError:
                continue
            if isinstance(message, dict) and "envelope_id" in message:
                waiting = self._waiting.get(message["envelope_id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(_payload_of(message))

    def _hello(self) -> JSON:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": _LIFETIME},
            "connection_info": {"app_id": self._workspace.app.app_id},
        }


def _envelope(kind: Kind, payload: JSON, retry: Retry | None) -> JSON:
    envelope: JSON = {
        "envelope_id": str(uuid.uuid4()),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope["retry_attempt"] = retry.number if retry is not None else 0
        # HTTP says http_timeout here. Seen in https://github.com/slackapi/python-slack-events-api/issues/93.
        envelope["retry_reason"] = retry.reason.removeprefix("http_") if retry is not None else ""
    return envelope


def _disconnect(reason: str) -> JSON:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}


def _payload_of(message: JSON) -> JSON:
    payload = message.get("payload")
    return payload if isinstance(payload, dict) else {}
