"""The public API's routes: which call of the node a request is."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.designer.http11 import Reply, Request, json_reply
from opsbot.sandbox.designer.refusals import ILLEGAL_ARGUMENT, NOT_AUTHENTICATED, NOT_FOUND, RefusalError, bad_argument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.sandbox.designer.node import Node

ROOTS = ("/public/api", "/dip/publicapi")
_PLACES = [
    place.split("/")
    for place in (
        "projects",
        "projects/*",
        "projects/*/savedmodels",
        "projects/*/savedmodels/*",
        "projects/*/savedmodels/*/versions",
        "projects/*/apiservices",
        "projects/*/apiservices/*",
        "projects/*/apiservices/*/settings",
        "projects/*/apiservices/*/packages",
        "projects/*/apiservices/*/packages/*",
        "projects/*/apiservices/*/packages/*/summary",
        "projects/*/apiservices/*/packages/*/archive",
        "projects/*/apiservices/*/packages/*/publish",
        "api-deployer/services",
        "api-deployer/services/*",
        "api-deployer/services/*/versions/*",
    )
]


def answer(node: Node, keys: Mapping[str, str], request: Request) -> Reply:
    """Return the node's reply to a request under one of the API's roots."""
    try:
        by = _login(keys, request.headers)
        return _rendered(_read(node, request.parts()) if request.method == "GET" else _change(node, request, by))
    except RefusalError as refusal:
        return json_reply(refusal.body(), refusal.status)


def within_api(path: str) -> str | None:
    """Return the path after the API's root, or None outside. A doubled slash in front is taken as one."""
    path = f"/{path.lstrip('/')}"
    for root in ROOTS:
        if path.startswith(f"{root}/"):
            return path[len(root) :]
    return None


def _login(keys: Mapping[str, str], headers: Mapping[str, str]) -> str:
    for key in _offered_keys(headers):
        if key in keys:
            return keys[key]
    raise RefusalError(401, NOT_AUTHENTICATED, "Unknown API Key")


def _offered_keys(headers: Mapping[str, str]) -> list[str]:
    """Return the keys in a request: Basic takes it as user name or as password, since both are documented."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return [value]
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(value).decode("latin-1").partition(":")
        except (binascii.Error, ValueError):
            return []
        return [user] if not password else [password] if not user else []
    ticket = headers.get("x-dku-apiticket")
    return [] if ticket is None else [ticket]


def _rendered(result: object) -> Reply:
    if isinstance(result, tuple):
        return Reply(body=result, content_type="application/zip")  # guess: the type
    return json_reply(result)


def _read(node: Node, parts: list[str]) -> object:  # noqa: C901, PLR0911, PLR0912  # one line for each call of the API
    match parts:
        case ["projects"]:
            return node.list_projects()
        case ["projects", project, "savedmodels"]:
            return node.list_models(project)
        case ["projects", project, "savedmodels", model]:
            return node.get_model(project, model)
        case ["projects", project, "savedmodels", model, "versions"]:
            return node.list_model_versions(project, model)
        case ["projects", project, "apiservices"]:
            return node.list_services(project)
        case ["projects", project, "apiservices", service, "settings"]:
            return node.get_settings(project, service)
        case ["projects", project, "apiservices", service, "packages"]:
            return node.list_packages(project, service)
        case ["projects", project, "apiservices", service, "packages", package, "summary"]:
            return node.get_summary(project, service, package)
        case ["projects", project, "apiservices", service, "packages", package, "archive"]:
            return node.get_archive(project, service, package)
        case ["api-deployer", "services"]:
            return node.deployer.list_services()
        case ["api-deployer", "services", service]:
            return node.deployer.get_service(service)
        case ["api-deployer", "services", service, "versions", version]:
            return node.deployer.get_archive(service, version)
        case _:
            raise _no_such_call("GET", parts)


def _change(node: Node, request: Request, by: str) -> object:  # noqa: C901  # one line for each call of the API
    match request.method, request.parts():
        case "POST", ["projects"]:
            _create_project(node, request)
        case "DELETE", ["projects", project]:
            node.delete_project(project)
        case "POST", ["projects", project, "apiservices", service]:
            node.create_service(project, service, by)
        case "PUT", ["projects", project, "apiservices", service, "settings"]:
            node.save_settings(project, service, _json_body(request), by)
        case "POST", ["projects", project, "apiservices", service, "packages", package]:
            notes = request.parameter("releaseNotes")
            node.create_package(project, service, package, by=by, release_notes=notes)
        case "DELETE", ["projects", project, "apiservices", service, "packages", package]:
            node.delete_package(project, service, package)
        case "POST", ["projects", project, "apiservices", service, "packages", package, "publish"]:
            return node.publish(project, service, package, by=by, to=request.parameter("publishedServiceId"))
        case "POST", ["api-deployer", "services"]:
            _create_published(node, request)
        case "DELETE", ["api-deployer", "services", service, "versions", version]:
            node.deployer.delete_version(service, version)
        case method, parts:
            raise _no_such_call(method, parts)
    return {"msg": "OK"}  # guess: what the node says after a change


def _no_such_call(method: str, parts: list[str]) -> RefusalError:
    """Tell a wrong verb (405, seen live) from a wrong path."""
    if any(len(parts) == len(place) and all(map(_fits, place, parts)) for place in _PLACES):
        return RefusalError(405, ILLEGAL_ARGUMENT, f"Request method '{method}' not supported")
    return RefusalError(404, NOT_FOUND, f"Not found: /{'/'.join(parts)}")


def _fits(name: str, part: str) -> bool:
    return name in {"*", part}


def _json_body(request: Request) -> Any:
    """Read a body as JSON whatever its Content-Type says: the official client sends none."""
    try:
        return json.loads(request.body or b"{}")
    except ValueError as error:
        raise bad_argument("Invalid JSON in the body") from error


def _create_published(node: Node, request: Request) -> None:
    body = _json_body(request)
    if not isinstance(body, dict) or set(body) != {"publishedServiceId"}:
        raise bad_argument("Only publishedServiceId is expected")  # seen live: other keys are refused
    node.deployer.create_service(body["publishedServiceId"])


def _create_project(node: Node, request: Request) -> None:
    body = _json_body(request)
    if not isinstance(body, dict) or not isinstance(body.get("projectKey"), str):
        raise bad_argument("projectKey is expected")
    node.create_project(body["projectKey"], body.get("name"))
