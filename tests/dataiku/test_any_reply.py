"""Whatever comes back, a call ends in time with what it returns or with a typed error."""

from __future__ import annotations

import json
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opsbot.dataiku import Download, DSSAPIService, DSSClient, Patience
from opsbot.errors import DSSError
from tests.dataiku.raw_server import RawServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


BUDGET = Patience(connect=1, read=1, total=2, long_read=2, attempts=2, first_wait=0.001, longest_wait=0.002)

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
_JSON_LIKE = st.one_of(
    _ANYTHING,
    st.fixed_dictionaries(
        {}, optional={"errorType": _ANYTHING, "message": _ANYTHING, "detailedMessage": _ANYTHING, "id": _ANYTHING}
    ),
    st.lists(st.fixed_dictionaries({}, optional={"id": _ANYTHING, "createdOn": _ANYTHING, "projectKey": st.text()})),
)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", errors="surrogatepass")


_BODIES = st.one_of(
    st.binary(max_size=200),
    _JSON_LIKE.map(as_json),
    st.sampled_from(
        [
            b"",
            b"[]",
            b"{}",
            b"null",
            b"<html><title>Login</title></html>",
            b"PK\x03\x04",
            b"PK\x05\x06" + bytes(18),
            b"[" * 5000,
        ]
    ),
)
_HEADER_LINES = st.one_of(
    st.sampled_from(
        [
            b"Content-Type: application/json;charset=utf-8",
            b"Content-Type: text/html; charset=nonsense",
            b"Content-Type: application/zip",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: gzip, chunked",
            b"Content-Encoding: gzip",
            b"Content-Encoding: deflate",
            b"Content-Encoding: br, gzip, unheard-of",
            b"Location: /login/",
            b"Location: http://[broken",
            b"Retry-After: 0",
            b"Retry-After: -5",
            b"Retry-After: nan",
            b"Retry-After: 1e400",
            b"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
            b"Retry-After: \xff",
            b"DSS-Version: 15.0.1",
            b"Date: yesterday",
            b"Set-Cookie: \x00=\xff; Expires=never",
            b"Connection: keep-alive",
            b"Content-Length: 0",
            b"Content-Length: 5",
            b"Content-Length: 100000",
            b"Content-Length: -1",
            b"Content-Length: 3, 4",
            b"Content-Length: many",
            b"no colon at all",
            b" folded",
        ]
    ),
    st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")),
)
_STATUS_LINES = st.one_of(
    st.integers(100, 999).map(lambda status: b"HTTP/1.1 %d Any" % status),
    st.sampled_from([200, 200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504]).map(
        lambda status: b"HTTP/1.1 %d Any" % status
    ),
    st.sampled_from(
        [b"HTTP/1.0 200 OK", b"HTTP/9.9 200 OK", b"HTTP/1.1", b"HTTP/1.1 2e2 OK", b"", b"SSH-2.0-x", b"\x16\x03\x01"]
    ),
)


@st.composite
def replies(draw: st.DrawFn) -> bytes:
    lines = [draw(_STATUS_LINES), *draw(st.lists(_HEADER_LINES, max_size=4))]
    body = draw(_BODIES)
    if draw(st.booleans()):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CALLS: dict[str, tuple[Callable[[DSSAPIService, Path], object], type]] = {
    "list_project_keys": (lambda service, _: service.client.list_project_keys(), list),
    "list_api_services": (lambda service, _: service.client.get_project("P").list_api_services(), list),
    "create_api_service": (lambda service, _: service.client.get_project("P").create_api_service("s"), DSSAPIService),
    "list_saved_models": (lambda service, _: service.client.get_project("P").list_saved_models(), list),
    "get_settings": (lambda service, _: service.get_settings().endpoints, list),
    "list_packages": (lambda service, _: service.list_packages(must_exist=True), list),
    "get_package_summary": (lambda service, _: service.get_package_summary("v"), dict),
    "create_package": (lambda service, _: service.create_package("v"), dict),
    "delete_package": (lambda service, _: service.delete_package("v"), dict),
    "publish_package": (lambda service, _: service.publish_package("v"), dict),
    "download_package_to_file": (
        lambda service, folder: service.download_package_to_file("v", folder / "v.zip"),
        Download,
    ),
    "download_package_stream": (lambda service, _: service.download_package_stream("v").read(), bytes),
    "list_services": (lambda service, _: service.client.get_apideployer().list_services(), list),
    "get_versions": (
        lambda service, _: service.client.get_apideployer().get_service("s").get_status().get_versions(),
        list,
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    with RawServer() as running:
        yield running


# Lengths that contradict each other make urllib3 forget a socket, which the garbage collector closes with a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(reply=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip")
@example(reply=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
@example(reply=b"HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\n[]")
@example(reply=b"HTTP/1.1 500 Oops\r\n\r\nno a-secret-key here")
@example(reply=b"HTTP/1.1 500 Oops\r\n\r\n\xff\xfe")
@example(reply=b"HTTP/1.1 500 Oops\r\n\r\n" + b"[" * 100_000)
@given(reply=replies())
def test_a_call_ends_in_time_and_typed(server: RawServer, tmp_path: Path, name: str, reply: bytes) -> None:
    server.reply = reply
    returned, said = None, None
    began = monotonic()
    with DSSClient(server.url, "a-secret-key", patience=BUDGET) as client:
        try:
            returned = CALLS[name][0](client.get_project("P").get_api_service("s"), tmp_path)
        except DSSError as error:
            said = str(error)
    # Two calls at most (a change, and the look at what became of it), and what the machine needs for itself.
    assert monotonic() - began < 2 * BUDGET.total + 5
    assert isinstance(returned, CALLS[name][1]) if said is None else said.strip()
    assert "a-secret-key" not in (said or "")
    assert [left for left in tmp_path.iterdir() if left.suffix == ".part"] == []
