"""The door of the control API: what can be asked for, read and checked; what is answered, or refused.

An `Operation` is all of it in one place, so that the description of the API (`openapi`) says what the door does.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opsbot.sandbox.workspace.refusals import RefusedError, invalid_arguments

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

JSON = dict[str, Any]
Method = Literal["GET", "POST", "DELETE"]

_Asked = TypeVar("_Asked", bound=BaseModel)
_Reply = TypeVar("_Reply", bound=BaseModel)


class Asked(BaseModel):
    """What is asked, by a body or in the address; unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


def shown_by(**values: Any) -> ConfigDict:
    """Make the configuration of something asked that has an example; unknown names are refused as ever."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class Nothing(Asked):
    """What takes no arguments; a body is not looked at."""


class Done(BaseModel):
    """It was done."""

    ok: bool = True


class Refused(BaseModel):
    """It was not done: with Slack's code where Slack has one, and with the places of what is wrong."""

    ok: Literal[False]
    error: str
    response_metadata: JSON = {}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for: where, with what, what comes back, and who does it."""

    method: Method
    path: str
    name: str
    about: str
    asked: type[BaseModel]
    reply: type[BaseModel]
    answer: Callable[[Request], Awaitable[Response]]

    def route(self) -> Route:
        """Return the route, below whatever the API is mounted at."""
        return Route(self.path, self.answer, methods=[self.method])


def operation(
    method: Method, path: str, asked: type[_Asked], reply: type[_Reply], does: Callable[[_Asked], Awaitable[_Reply]]
) -> Operation:
    """Return the operation that `does` this; its docstring is what is said about it."""

    async def answer(request: Request) -> Response:
        try:
            done = await does(await _read(request, asked))
        except RefusedError as refusal:
            return JSONResponse(refusal.reply(), status_code=400)
        return Response(done.model_dump_json(), media_type="application/json")

    name = does.__name__.removeprefix("_")
    return Operation(method, path, name, inspect.getdoc(does) or "", asked, reply, answer)


async def _read(request: Request, kind: type[_Asked]) -> _Asked:
    """Return what was asked, or refuse it, naming each thing that is wrong."""
    if request.method == "POST" and kind.model_fields:
        asked = await _read_body(request)
    else:
        asked = {**request.path_params, **request.query_params}
    try:
        return kind.model_validate(asked)
    except ValidationError as error:
        places = [(".".join(str(part) for part in fault["loc"]), fault["msg"]) for fault in error.errors()]
        raise invalid_arguments(*(f"{place or 'body'}: {what}" for place, what in places)) from None


async def _read_body(request: Request) -> JSON:
    try:
        body = await request.json()
    except ValueError:
        raise RefusedError("invalid_json") from None
    if not isinstance(body, dict):
        raise RefusedError("json_not_object")
    return body
