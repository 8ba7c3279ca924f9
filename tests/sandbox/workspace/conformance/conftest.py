"""One workspace for all tests of a module; each finds it as it was at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.conformance.installed import every_scope, unretrying
from tests.sandbox.workspace.support import Control, demo_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient


@pytest.fixture(scope="module")
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace(every_scope())) as running:
        yield running


@pytest.fixture
def control(server: WorkspaceServer) -> Iterator[Control]:
    controlling = Control(server)
    controlling.post("/reset")
    yield controlling
    controlling.close()


@pytest.fixture
def client(server: WorkspaceServer, control: Control) -> WebClient:
    return unretrying(server)
