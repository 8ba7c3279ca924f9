"""A stand-in for a node of each test's own, our client and the official one on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dataikuapi
import pytest

from opsbot.dataiku import DSSClient, Patience
from opsbot.sandbox.designer import DesignerServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.dataiku import DSSAPIService

IMPATIENT = Patience(connect=1, read=1, total=3, long_read=1, first_wait=0.01, longest_wait=0.05)


@pytest.fixture
def node() -> Iterator[DesignerServer]:
    with DesignerServer() as server:
        yield server


@pytest.fixture
def client(node: DesignerServer) -> Iterator[DSSClient]:
    with DSSClient(node.url, "sandbox", patience=IMPATIENT) as client:
        yield client


@pytest.fixture
def scoring(client: DSSClient) -> DSSAPIService:
    return client.get_project("FRAUD").get_api_service("scoring")


@pytest.fixture
def official(node: DesignerServer) -> Iterator[Any]:
    client = dataikuapi.DSSClient(node.url, "sandbox")
    yield client
    client._session.close()  # the official client has no way to be closed
