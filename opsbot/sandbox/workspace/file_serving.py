"""Where the bytes of files come in, by the address that was handed out, and go out, for who shows a token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.troubled import troubled

if TYPE_CHECKING:
    from starlette.requests import Request

    from opsbot.sandbox.workspace.files import File
    from opsbot.sandbox.workspace.state import Workspace

READING = "files:read"


class FileServing:
    """Answers `POST /upload/v1/TICKET` and `GET /files-pri/TEAM-FILE/...`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[Route]:
        """Return the routes of both."""
        return [
            Route("/upload/v1/{ticket}", troubled(self._workspace, "upload", self.receive, "upload"), methods=["POST"]),
            Route("/files-pri/{place}/download/{name:path}", self.give_to_app),
            Route("/files-pri/{place}/{name:path}", self.give_to_app),
        ]

    async def receive(self, request: Request) -> Response:
        """Take the bytes of a file, as they are or as the one part of a form; 200 is all that says it went well."""
        began = time.perf_counter()
        ticket = request.path_params["ticket"]
        reply: Response
        try:
            file = self._workspace.files.expected(ticket)
            content = await _content(request, file.length)
            self._workspace.files.receive(ticket, content)
            name, size = file.name, len(content)
            reply = PlainTextResponse(f"OK - {size}")
        except RefusedError as refusal:
            name, size = "", 0
            reply = PlainTextResponse(refusal.code, status_code=404 if refusal.code == "file_not_found" else 400)
        about = {"status": reply.status_code, "seconds": time.perf_counter() - began}
        self._workspace.record("upload", name, {"length": size}, bytes(reply.body).decode(), **about)
        return reply

    async def give_to_app(self, request: Request) -> Response:
        """Give a file to who shows the app's token; anybody else is led to where people sign in, as with Slack."""
        app = self._workspace.app
        _, _, token = request.headers.get("authorization", "").partition(" ")
        file = self._workspace.files.find(request.path_params["place"].partition("-")[2])
        if token != app.bot_token or READING not in app.manifest.scopes:
            return RedirectResponse(f"/?redir={quote(request.url.path)}")
        if file is None:
            return PlainTextResponse("file_not_found", status_code=404)
        return served(file, download="/download/" in request.url.path)


def served(file: File, *, download: bool) -> Response:
    """Give a file; only pictures and plain text are ever shown in a browser, whatever the file calls itself."""
    shown = (file.is_picture or file.mimetype == "text/plain") and not download
    how = "inline" if shown else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(file.content or b"", media_type=file.mimetype, headers=headers)


async def _content(request: Request, length: int) -> bytes:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
            if len(parts) != 1:
                raise RefusedError("invalid_form_data")
            return await parts[0].read()
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > length:
            raise RefusedError("invalid_length")
    return bytes(body)
