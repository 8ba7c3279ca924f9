"""response_url: how the app answers an interaction without a token, a few times and for a while."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from opsbot.sandbox.workspace.blocks import check_message_blocks
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.state import Workspace
    from opsbot.sandbox.workspace.tickets import ResponseTicket

JSON = dict[str, Any]

_GONE = frozenset({"used_url", "expired_url"})


class Responses:
    """Answers `POST /response/TEAM/SECRET`, and posts what the app says along with an acknowledgement."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def endpoint(self, request: Request) -> Response:
        """Take one answer of the app."""
        began = time.perf_counter()
        body: JSON = {}
        reply: Response
        try:
            read = await _read(request)
            ticket = self._workspace.tickets.use_response(request.path_params["secret"])
            body = read
            self.respond(ticket, body)
            reply = PlainTextResponse("ok")
        except RefusedError as refusal:
            reply = JSONResponse(refusal.reply(), status_code=404 if refusal.code in _GONE else 400)
        about = {"status": reply.status_code, "seconds": time.perf_counter() - began}
        self._workspace.record("response_url", "response", body, bytes(reply.body).decode(), **about)
        return reply

    def respond(self, ticket: ResponseTicket, body: JSON) -> Message | None:
        """Post, replace or delete, as the app says; ephemeral unless it says otherwise. Return what is shown now."""
        source = self._source(ticket)
        if body.get("delete_original"):
            if source is not None:
                self._workspace.messages.delete(source)
            return None
        text, blocks = body.get("text") or "", body.get("blocks")
        if not text and not blocks:
            raise RefusedError("no_text")
        checked = tuple(check_message_blocks(blocks)) if blocks else ()
        if body.get("replace_original") and source is not None:
            now = self._workspace.next_ts()
            app = self._workspace.app
            edited = replace(source, text=text, blocks=checked, edited_ts=now, edited_by=app.bot_user)
            return self._workspace.messages.change(edited)
        return self._post(ticket, body, text, checked)

    def _post(self, ticket: ResponseTicket, body: JSON, text: str, blocks: tuple[JSON, ...]) -> Message:
        everybody = body.get("response_type") == "in_channel"
        message = self._workspace.post(
            ticket.channel,
            self._workspace.app.bot_user,
            text,
            blocks=blocks,
            thread_ts=self._thread(ticket, body, everybody=everybody),
            addressee=None if everybody else ticket.user,
            metadata=body.get("metadata"),
        )
        if ticket.message_ts is None:
            ticket.message_ts = message.ts
        return message

    def _thread(self, ticket: ResponseTicket, body: JSON, *, everybody: bool) -> str | None:
        if everybody:
            return body.get("thread_ts") or None
        return ticket.thread_ts  # what only the asker sees shows where the asker is

    def _source(self, ticket: ResponseTicket) -> Message | None:
        if ticket.message_ts is None:
            return None
        return self._workspace.messages.find(ticket.channel, ticket.message_ts)


async def _read(request: Request) -> JSON:
    try:
        body = await request.json()
    except ValueError:
        raise RefusedError("invalid_payload") from None
    if not isinstance(body, dict):
        raise RefusedError("invalid_payload")
    return body
