"""Answers in the place of Slack's doors while something is ordered to go wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, assert_never

from starlette.responses import HTMLResponse, JSONResponse, Response

from opsbot.sandbox.workspace.hanging_up import HungUp
from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.trouble import Dropped, Refusal, Slowness, Status

if TYPE_CHECKING:
    from starlette.requests import Request

    from opsbot.sandbox.workspace.state import Workspace
    from opsbot.sandbox.workspace.trouble import Failure

Endpoint = Callable[["Request"], Awaitable[Response]]

_TOO_MANY = 429


def troubled(workspace: Workspace, kind: str, endpoint: Endpoint, name: str | None = None) -> Endpoint:
    """Return the endpoint with whatever goes wrong there; calls go by `name`, else by the method in their path."""

    async def answer(request: Request) -> Response:
        called = name if name is not None else str(request.path_params["method"])
        trouble = workspace.troubles.meet(called)
        if isinstance(trouble, Slowness):
            await workspace.clock.sleep(trouble.seconds)
            trouble = None
        if trouble is None:
            return await endpoint(request)
        reply, shown, status = _answer(trouble)
        workspace.record(kind, called, {}, shown, status=status, ordered=True)
        return reply

    return answer


def _answer(trouble: Failure) -> tuple[Response, object, int]:
    match trouble:
        case Status(code=429, retry_after=seconds):
            said = RefusedError("ratelimited").reply()
            return JSONResponse(said, _TOO_MANY, {"Retry-After": str(seconds or 1)}), said, _TOO_MANY
        case Status(code=code):
            return HTMLResponse("<h1>Slack is not well</h1>", code), "", code
        case Refusal(code=refusal):
            said = RefusedError(refusal).reply()
            return JSONResponse(said), said, 200
        case Dropped():
            return HungUp(), "hung up", 0
        case _:
            assert_never(trouble)
