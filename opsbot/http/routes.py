"""Which path is answered by what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Check = Callable[[], bool]
Told = Callable[[], Mapping[str, bool]]
Page = Callable[[], tuple[str, bytes]]

STARTING = "starting"
"""What /readyz says beside its checks where what isn't well may just not be so yet."""


def routes(
    applications: Mapping[str, WSGIApplication],
    checks: Mapping[str, Check],
    told: Mapping[str, Told] | None = None,
    pages: Mapping[str, Page] | None = None,
    is_starting: Check = bool,
) -> WSGIApplication:
    """Answer /healthz (the process lives), /readyz, and the given paths by their applications and pages.

    /readyz names each of the checks, and with 503 that one of them isn't well. What is `told` along with them is named,
    too, but takes nobody out of a balancer: with a node that is down, whoever asks for it reads so from this replica as
    from any other, people go on approving, and what concerns the other nodes is done. Were all replicas unready, Slack
    would show people nothing but a time-out. As long as it `is_starting`, and only then, it says so.
    """
    told, pages = told or {}, pages or {}

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        application = applications.get(path)
        if application is not None:
            return application(environ, start_response)
        if path == "/healthz":
            return _say(start_response, "200 OK", {"alive": True})
        if path == "/readyz":
            starting = {STARTING: True} if is_starting() else {}  # first: what is well by then is well below, too
            results = {name: check() for name, check in checks.items()}
            status = "200 OK" if all(results.values()) else "503 Service Unavailable"
            found = {name: dict(tell()) for name, tell in told.items()}
            return _say(start_response, status, {**results, **found, **starting})
        if path in pages:
            return _send(start_response, "200 OK", *pages[path]())
        return _say(start_response, "404 Not Found", {"error": "nothing is here"})

    return answer


def _say(start_response: StartResponse, status: str, content: Mapping[str, object]) -> list[bytes]:
    return _send(start_response, status, "application/json", json.dumps(content).encode())


def _send(start_response: StartResponse, status: str, kind: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
