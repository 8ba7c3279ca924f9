from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.support import Control, bolt_app, connected, demo_workspace, web_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import App
    from slack_sdk import WebClient


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace()) as running:
        yield running


@pytest.fixture
def client(server: WorkspaceServer) -> WebClient:
    return web_client(server)


@pytest.fixture
def control(server: WorkspaceServer) -> Iterator[Control]:
    controlling = Control(server)
    yield controlling
    controlling.close()


@pytest.fixture
def app(server: WorkspaceServer) -> Iterator[App]:
    """A Bolt app in Socket Mode; its listeners are added by the test."""
    made = bolt_app(server)
    with connected(made, server):
        yield made
