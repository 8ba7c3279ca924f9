"""Plain HTTP to the stand-in, without any client that hides what is on the wire."""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from opsbot.sandbox.designer import DesignerServer


@dataclass(frozen=True)
class Told:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def basic(user: str, password: str = "") -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def ask(
    server: DesignerServer,
    method: str,
    path: str,
    body: Any = None,
    *,
    root: str = "/public/api",
    headers: dict[str, str] | None = None,
) -> Told:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        payload = None if body is None else json.dumps(body)
        connection.request(method, root + path, payload, basic("sandbox") if headers is None else headers)
        reply = connection.getresponse()
        return Told(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()


def control(server: DesignerServer, method: str, what: str, body: Any = None) -> Told:
    return ask(server, method, f"/_control/{what}", body, root="", headers={})
