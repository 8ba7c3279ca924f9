"""Socket Mode: the app keeps WebSocket connections open, and each payload goes to exactly one of them."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from opsbot.sandbox.workspace.delivery import JSON, Acknowledged, Answer, Kind, Retry, Unanswered

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.state import Workspace

MOST_CONNECTIONS = 10
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
        if not self._workspace.tickets.take_socket(ticket) or len(self._connections) >= MOST_CONNECTIONS:
            await socket.close(_POLICY_VIOLATION)
            return
        await socket.accept()
        self._connections.append(socket)
        try:
            await socket.send_json(self._hello())
            await self._listen(socket)
        finally:
            if socket in self._connections:
                self._connections.remove(socket)

    async def deliver(self, kind: Kind, payload: JSON, *, retry: Retry | None = None) -> Answer:
        """Send an envelope to the connection whose turn it is, and wait for its acknowledgement."""
        envelope = _envelope(kind, payload, retry)
        envelope_id: str = envelope["envelope_id"]
        acknowledgement: asyncio.Future[JSON] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = acknowledgement
        began = time.perf_counter()
        answer: Answer
        try:
            if not await self._send(json.dumps(envelope)):
                answer = Unanswered("dispatch_failed")
            else:
                async with asyncio.timeout(self._workspace.timing.ack_seconds):
                    answer = Acknowledged(await acknowledgement)
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
        closing, self._connections[:] = tuple(self._connections), []
        for socket in closing:
            if announced:
                await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
            await socket.close(_GOING_AWAY)
        return len(closing)

    async def close(self) -> None:
        """Close every connection for good."""
        await self.disconnect(announced=False)

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
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18_060},
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
        envelope["retry_reason"] = retry.reason if retry is not None else ""
    return envelope


def _payload_of(message: JSON) -> JSON:
    payload = message.get("payload")
    return payload if isinstance(payload, dict) else {}
