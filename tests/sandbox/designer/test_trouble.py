"""Faults on order, and the control API that orders them."""

from __future__ import annotations

import gzip
import http.client
import io
import socket
import time
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from opsbot.sandbox.designer.faults import KINDS
from tests.sandbox.designer.asking import ask, basic, control

if TYPE_CHECKING:
    from opsbot.sandbox.designer import DesignerServer

PACKAGES = "/projects/FRAUD/apiservices/scoring/packages"
ROUTE = "GET /projects/*/apiservices/*/packages"


def order(server: DesignerServer, kind: str, route: str = ROUTE, **more: Any) -> None:
    told = control(server, "POST", "faults", {"route": route, "kind": kind, **more})
    assert told.status == 200, told.body


def on_the_wire(server: DesignerServer, path: str = PACKAGES) -> bytes:
    """Return every byte of a reply, up to where the server hangs up."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        key = basic("sandbox")["Authorization"]
        connection.sendall(f"GET /public/api{path} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (401, {}),
        (403, {}),
        (429, {"headers": {"Retry-After": "7"}}),
        (500, {"body": {"message": "JSON"}}),
        (500, {"body": ""}),
        (500, {"body": ["a"]}),
        (502, {"body": "<html>Bad gateway</html>"}),
        (503, {}),
    ],
)
def test_any_status_with_any_body(server: DesignerServer, status: int, more: dict[str, Any]) -> None:
    order(server, "status", status=status, **more)

    told = ask(server, "GET", PACKAGES)

    assert told.status == status
    assert told.headers["dss-version"] == "15.0.1"
    if "headers" in more:
        assert told.headers["retry-after"] == "7"
    if isinstance(more.get("body"), str):
        assert told.body.decode() == more["body"]
        assert told.headers["content-type"].startswith("text/html" if more["body"] else "application/json")
    elif "body" in more:
        assert told.json() == more["body"]


def test_a_redirect_leads_to_a_login_page(server: DesignerServer) -> None:
    order(server, "redirect", times=1)
    told = ask(server, "GET", PACKAGES)
    assert (told.status, told.headers["location"].startswith("/login")) == (302, True)
    assert b"Login" in ask(server, "GET", told.headers["location"], root="").body

    order(server, "html")
    page = ask(server, "GET", PACKAGES)
    assert (page.status, page.headers["content-type"]) == (200, "text/html;charset=utf-8")


def test_a_hang_never_answers(server: DesignerServer) -> None:
    order(server, "hang", times=1)
    address = urlsplit(server.url)
    waiting = http.client.HTTPConnection(address.netloc, timeout=0.3)
    waiting.request("GET", f"/public/api{PACKAGES}", headers=basic("sandbox"))
    with pytest.raises(TimeoutError):
        waiting.getresponse()
    waiting.close()
    assert ask(server, "GET", PACKAGES).status == 200  # the others aren't held up


@pytest.mark.parametrize(("kind", "made"), [("reset_before", False), ("reset_after", True)])
def test_a_reset_before_or_after_doing_it(server: DesignerServer, kind: str, made: bool) -> None:  # noqa: FBT001  # pytest's
    order(server, kind, "POST /projects/**", times=1)

    with pytest.raises(ConnectionResetError):
        ask(server, "POST", f"{PACKAGES}/v9")
    assert ("v9" in [package["id"] for package in ask(server, "GET", PACKAGES).json()]) is made


@pytest.mark.parametrize(
    ("kind", "announced"),
    [
        ("cut_chunked", b"Transfer-Encoding: chunked"),
        ("cut_length", b"Content-Length: "),
        ("cut_close", b"Connection: close"),
    ],
)
def test_bodies_cut_in_three_ways(server: DesignerServer, kind: str, announced: bytes) -> None:
    whole = ask(server, "GET", PACKAGES).body
    order(server, kind, after=10)

    head, _, body = on_the_wire(server).partition(b"\r\n\r\n")

    assert announced in head
    assert body.endswith(whole[:10] + (b"\r\n" if kind == "cut_chunked" else b""))


def test_a_body_that_ends_with_the_connection(server: DesignerServer) -> None:
    whole = ask(server, "GET", PACKAGES).body
    order(server, "close_delimited")

    head, _, body = on_the_wire(server).partition(b"\r\n\r\n")

    assert body == whole
    assert b"Content-Length" not in head
    assert b"chunked" not in head


def test_lists_and_archives_may_come_compressed(server: DesignerServer) -> None:
    whole = ask(server, "GET", PACKAGES).body
    order(server, "gzip", "GET /projects/**")

    assert gzip.decompress(ask(server, "GET", PACKAGES).body) == whole
    archive = gzip.decompress(ask(server, "GET", f"{PACKAGES}/v3/archive").body)
    assert zipfile.ZipFile(io.BytesIO(archive)).testzip() is None


@pytest.mark.parametrize(("kind", "more"), [("drip", {"pieces": 5, "seconds": 0.05}), ("delay", {"seconds": 0.2})])
def test_a_reply_may_come_late_or_in_pieces_and_is_whole(
    server: DesignerServer, kind: str, more: dict[str, Any]
) -> None:
    whole = ask(server, "GET", PACKAGES).body
    order(server, kind, **more)

    began = time.monotonic()
    assert ask(server, "GET", PACKAGES).body == whole
    assert time.monotonic() - began >= 0.2


def test_a_change_may_be_done_before_the_trouble(server: DesignerServer) -> None:
    order(server, "status", "POST /projects/**", status=504, applied=True, times=1)

    assert ask(server, "POST", f"{PACKAGES}/v9").status == 504
    assert "v9" in [package["id"] for package in ask(server, "GET", PACKAGES).json()]


def test_faults_strike_by_route_and_count(server: DesignerServer) -> None:
    order(server, "status", status=503, skip=1, times=2)

    assert [ask(server, "GET", PACKAGES).status for _ in range(5)] == [200, 503, 503, 200, 200]
    order(server, "status", "* /projects/CHURN/**", status=418)
    assert ask(server, "GET", PACKAGES).status == 200
    assert ask(server, "GET", "/projects/CHURN/apiservices/").status == 418
    assert ask(server, "POST", "/projects/CHURN/apiservices/x").status == 418


def test_faults_are_listed_and_cleared(server: DesignerServer) -> None:
    for kind in KINDS:
        order(server, kind, "GET /nowhere")

    assert [fault["kind"] for fault in control(server, "GET", "faults").json()] == list(KINDS)
    control(server, "DELETE", "faults")
    assert control(server, "GET", "faults").json() == []


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "faults", {"route": "GET /x", "kind": "explode"}),
        ("POST", "faults", {"kind": "hang"}),
        ("POST", "faults", {"route": "GET /x", "kind": "hang", "colour": "red"}),
        ("POST", "faults", [1]),
        ("POST", "latency", {}),
        ("POST", "habits", {"nail_biting": True}),
        ("POST", "packages", {"project": "FRAUD"}),
        ("GET", "nothing", None),
    ],
)
def test_a_mistaken_order_says_so(server: DesignerServer, method: str, what: str, body: Any) -> None:
    told = control(server, method, what, body)
    assert told.status == 400
    assert told.json()["error"]


def test_latency_habits_and_packages_by_control(server: DesignerServer) -> None:
    control(server, "POST", "latency", {"seconds": 0.2})
    control(server, "POST", "habits", {"unknown_project_status": 401})
    control(server, "POST", "packages", {"project": "FRAUD", "service": "scoring", "package": "v9", "by": "grace"})

    began = time.monotonic()
    assert ask(server, "GET", "/projects/NOPE/apiservices/").status == 401
    assert time.monotonic() - began >= 0.2
    assert ask(server, "GET", PACKAGES).json()[-1]["createdBy"] == "grace"


def test_what_was_asked_is_remembered_and_a_reset_forgets(server: DesignerServer) -> None:
    ask(server, "POST", f"{PACKAGES}/v9?releaseNotes=x", {})
    seen = control(server, "GET", "requests").json()
    assert [(one["method"], one["path"], one["query"], one["body"]) for one in seen] == [
        ("POST", f"/public/api{PACKAGES}/v9", "releaseNotes=x", "{}")
    ]

    order(server, "hang")
    control(server, "POST", "reset")
    assert control(server, "GET", "requests").json() == []
    assert [package["id"] for package in ask(server, "GET", PACKAGES).json()] == ["v1", "v2", "v3", "v4"]


def test_requests_in_one_breath_are_answered_in_their_order(server: DesignerServer) -> None:
    order(server, "delay", "GET /projects", seconds=0.1, times=1)
    key = basic("sandbox")["Authorization"]
    address = urlsplit(server.url)
    paths = ("/projects", "/projects/FRAUD/savedmodels", PACKAGES)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(
            b"".join(
                f"GET /public/api{path} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n"
                f"Connection: {'close' if path == PACKAGES else 'keep-alive'}\r\n\r\n".encode()
                for path in paths
            )
        )
        received = b""
        while piece := connection.recv(65536):
            received += piece
    found = [received.index(word) for word in (b'"projectKey"', b'"fraud_xgb"', b'"createdOn"')]
    assert found == sorted(found)


def test_what_is_no_http_is_refused(server: DesignerServer) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
