"""What drives a workspace, whichever `server` a test has it served by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.workspace.support import Control, web_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient

    from opsbot.sandbox.workspace import WorkspaceServer


@pytest.fixture
def client(server: WorkspaceServer) -> WebClient:
    return web_client(server)


@pytest.fixture
def control(server: WorkspaceServer) -> Iterator[Control]:
    controlling = Control(server)
    yield controlling
    controlling.close()
