"""The door of the Web API: reads a call, checks its token and scopes, has it answered, writes it down."""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.webapi.calls import Call, Method, require_scopes
from opsbot.sandbox.workspace.webapi.table import METHODS

if TYPE_CHECKING:
    from starlette.requests import Request

    from opsbot.sandbox.workspace.shapes import JSON
    from opsbot.sandbox.workspace.state import Workspace

_HIDDEN = "token"


class WebAPI:
    """Answers `/api/METHOD`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def endpoint(self, request: Request) -> Response:
        """Answer one call; a refusal is a 200 with `ok: false`, as with Slack."""
        began = time.perf_counter()
        name = request.path_params["method"]
        arguments: JSON = {}
        headers: dict[str, str] = {}
        status = 200
        try:
            arguments = await _read_arguments(request)
            wait = self._workspace.rate_limit(name, str(arguments.get("channel", "")))
            if wait is None:
                reply = self._answer(name, _read_token(request, arguments), arguments)
                headers = _scopes_accepted(name)
            else:
                status, headers = 429, {"Retry-After": str(math.ceil(wait))}
                reply = RefusedError("ratelimited").reply()
        except RefusedError as refusal:
            reply = refusal.reply()
        shown = {key: value for key, value in arguments.items() if key != _HIDDEN}
        self._workspace.record("api", name, shown, reply, status=status, seconds=time.perf_counter() - began)
        headers["x-oauth-scopes"] = ",".join(sorted(self._workspace.app.manifest.scopes))
        return JSONResponse(reply, status_code=status, headers=headers)

    def _answer(self, name: str, token: str | None, arguments: JSON) -> JSON:
        method = METHODS.get(name)
        if method is None:
            raise RefusedError("unknown_method", req_method=name)
        self._check_token(method, token)
        require_scopes(self._workspace, *method.scopes)
        return method.answer(Call(self._workspace, arguments, method))

    def _check_token(self, method: Method, token: str | None) -> None:
        if method.caller == "anyone":
            return
        if token is None:
            raise RefusedError("not_authed")
        app = self._workspace.app
        if token not in (app.bot_token, app.app_token):
            raise RefusedError("invalid_auth")
        if token != (app.bot_token if method.caller == "bot" else app.app_token):
            raise RefusedError("not_allowed_token_type")


def _scopes_accepted(method: str) -> dict[str, str]:
    scopes = METHODS[method].scopes
    return {"x-accepted-oauth-scopes": ",".join(scopes)} if scopes else {}


async def _read_arguments(request: Request) -> JSON:
    arguments: JSON = dict(request.query_params)
    body = await request.body()
    if not body:
        return arguments
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        return arguments | _read_json(body)
    if kind == "application/x-www-form-urlencoded":
        return arguments | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if kind == "multipart/form-data":
        async with request.form() as form:
            return arguments | {name: value for name, value in form.items() if isinstance(value, str)}
    raise RefusedError("invalid_post_type")


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        arguments = json.loads(body)
    except ValueError:
        raise RefusedError("invalid_json") from None
    if not isinstance(arguments, dict):
        raise RefusedError("json_not_object")
    return arguments


def _read_token(request: Request, arguments: JSON) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    given = arguments.get(_HIDDEN)
    return str(given) if given else None
