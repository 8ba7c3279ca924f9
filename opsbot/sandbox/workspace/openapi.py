"""The description of the control API: OpenAPI, made of the operations themselves, and a page for people."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from pydantic.json_schema import models_json_schema
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route

from opsbot.sandbox.workspace.control_door import Nothing, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel
    from starlette.applications import Starlette
    from starlette.requests import Request

    from opsbot.sandbox.workspace.control_door import Operation

JSON = dict[str, Any]

_VERSION = "1"
"""It grows when what could be asked for before means something else."""

_REFERENCE = "#/components/schemas/{model}"
_ABOUT = "What people do in a Slack workspace and what they see, what goes wrong with it, and what is behind it."
_STYLE = "body{max-width:56rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui;color-scheme:light dark}pre{overflow:auto}"


class Description:
    """Mounts operations on a server, and says what they are: at `/_control/openapi.json`, and `/_control/` in words."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._mounted: list[tuple[str, Operation]] = []
        app.router.routes += [
            Route("/_control/openapi.json", self._in_full, methods=["GET"]),
            Route("/_control/", self._in_words, methods=["GET"]),
        ]

    def mount(self, place: str, operations: Iterable[Operation]) -> None:
        """Serve these operations below a place."""
        served = list(operations)
        self._mounted += [(place, each) for each in served]
        self._app.router.routes.append(Mount(place, routes=[each.route() for each in served]))

    async def _in_full(self, _request: Request) -> JSONResponse:
        return JSONResponse(describe(self._mounted))

    async def _in_words(self, _request: Request) -> HTMLResponse:
        return HTMLResponse(_page(self._mounted))


def describe(mounted: Iterable[tuple[str, Operation]]) -> JSON:
    """Return the OpenAPI document of the operations, each with the place where it is mounted."""
    served = list(mounted)
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [(Refused, "serialization")]
    for _, operation in served:
        models.append((operation.reply, "serialization"))
        if _has_body(operation):
            models.append((operation.asked, "validation"))
    _, schemas = models_json_schema(models, ref_template=_REFERENCE)
    paths: JSON = {}
    for place, operation in served:
        paths.setdefault(place + operation.path, {})[operation.method.lower()] = _operation_json(place, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "The workspace's control API", "version": _VERSION, "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def _operation_json(place: str, operation: Operation) -> JSON:
    made: JSON = {
        "operationId": f"{place.removeprefix('/_')}_{operation.name}",
        "tags": [place],
        "summary": operation.about.partition("\n")[0],
        "description": operation.about,
        "responses": {
            "200": _content("It was done, or tried: `ok` says which.", operation.reply),
            "400": _content("It was refused.", Refused),
        },
    }
    if _has_body(operation):
        made["requestBody"] = {"required": True, **_content("", operation.asked)}
    elif operation.asked.model_fields:
        made["parameters"] = _parameters(operation)
    return made


def _has_body(operation: Operation) -> bool:
    return operation.method == "POST" and operation.asked is not Nothing


def _content(description: str, model: type[BaseModel]) -> JSON:
    reference = {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}
    return {**({"description": description} if description else {}), "content": {"application/json": reference}}


def _parameters(operation: Operation) -> list[JSON]:
    schema = operation.asked.model_json_schema()
    [example] = schema.get("examples", [{}])
    return [
        {
            "name": name,
            "in": "path" if f"{{{name}}}" in operation.path else "query",
            "required": name in schema.get("required", ()),
            "schema": each,
            **({"example": example[name]} if name in example else {}),
        }
        for name, each in schema["properties"].items()
    ]


def _page(mounted: Iterable[tuple[str, Operation]]) -> str:
    told = "\n".join(_paragraph(place, operation) for place, operation in mounted)
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>The workspace's control API</title><style>{_STYLE}</style><h1>The workspace's control API</h1>"
        f"<p>{escape(_ABOUT)} In full: <a href='openapi.json'>openapi.json</a>.</p>{told}</html>"
    )


def _paragraph(place: str, operation: Operation) -> str:
    examples = operation.asked.model_json_schema().get("examples", ())
    shown = "".join(f"<pre>{escape(json.dumps(each))}</pre>" for each in examples)
    return (
        f"<h2><code>{operation.method} {escape(place + operation.path)}</code></h2>"
        f"<p>{escape(operation.about)}</p>{shown}"
    )
