"""Which path is answered by what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Check = Callable[[], bool]


def routes(applications: Mapping[str, WSGIApplication], checks: Mapping[str, Check]) -> WSGIApplication:
    """Answer /healthz (the process lives), /readyz (each check, by name), and the given paths by their applications."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        application = applications.get(path)
        if application is not None:
            return application(environ, start_response)
        if path == "/healthz":
            return _say(start_response, "200 OK", {"alive": True})
        if path == "/readyz":
            results = {name: check() for name, check in checks.items()}
            return _say(start_response, "200 OK" if all(results.values()) else "503 Service Unavailable", results)
        return _say(start_response, "404 Not Found", {"error": "nothing is here"})

    return answer


def _say(start_response: StartResponse, status: str, content: Mapping[str, object]) -> list[bytes]:
    body = json.dumps(content).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
