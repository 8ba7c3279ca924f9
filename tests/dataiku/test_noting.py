"""Each request to a node is noted once it is over, whatever came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku import DSSClient, Patience
from opsbot.errors import DSSError
from tests.dataiku.raw_server import RawServer

if TYPE_CHECKING:
    from opsbot.dataiku.timed import NodeCall
    from opsbot.sandbox.designer import DesignerServer

ONCE = Patience(attempts=1, read=2, total=2, first_wait=0.001)


def test_each_attempt_is_noted_with_its_status(node: DesignerServer) -> None:
    noted: list[NodeCall] = []
    node.faults.add("GET /projects", "status", status=503, times=1)
    patience = Patience(first_wait=0.001)
    with DSSClient(node.url, "sandbox", patience=patience, note=noted.append) as client:
        client.list_project_keys()
        with pytest.raises(DSSError):
            client.get_project("NOWHERE").list_api_services()
        with client.get_project("FRAUD").get_api_service("scoring").download_package_stream("v1"):
            pass
    assert [(call.method, call.outcome) for call in noted] == [
        ("GET", "503"),
        ("GET", "200"),
        ("GET", noted[2].outcome),
        ("GET", "200"),
    ]
    assert noted[2].outcome in {"403", "404", "500"}
    assert noted[0].path == "/projects/"
    assert all(call.seconds > 0 for call in noted)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [(b"", "silence"), (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "unreadable")],
)
def test_what_brings_no_answer_is_noted_as_that(reply: bytes, outcome: str) -> None:
    noted: list[NodeCall] = []
    with (
        RawServer(reply) as server,
        DSSClient(server.url, "key", patience=ONCE, note=noted.append) as client,
        pytest.raises(DSSError),
    ):
        client.list_project_keys()
    assert [call.outcome for call in noted] == [outcome]
