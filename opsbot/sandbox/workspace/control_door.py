"""The door of the control API: reads what is sent, and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from opsbot.sandbox.workspace.refusals import RefusedError, invalid_arguments

JSON = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[JSON]]


def answering(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that answers with this JSON, and a refusal with a 400."""

    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await endpoint(request))
        except RefusedError as refusal:
            return JSONResponse(refusal.reply(), status_code=400)

    return answer


async def read_body(request: Request, *required: str) -> JSON:
    """Return the object that was sent; refuse anything else, and one that lacks what is required."""
    try:
        body = await request.json()
    except ValueError:
        raise RefusedError("invalid_json") from None
    if not isinstance(body, dict):
        raise RefusedError("json_not_object")
    require(body, *required)
    return body


def require(body: JSON, *names: str) -> None:
    """Refuse what lacks one of these."""
    missing = [name for name in names if body.get(name) in (None, "")]
    if missing:
        raise invalid_arguments(*(f"missing required field: {name}" for name in missing))
