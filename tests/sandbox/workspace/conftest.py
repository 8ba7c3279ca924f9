from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.support import bolt_app, connected, demo_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import App


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace()) as running:
        yield running


@pytest.fixture
def app(server: WorkspaceServer) -> Iterator[App]:
    """A Bolt app in Socket Mode; its listeners are added by the test."""
    made = bolt_app(server)
    with connected(made, server):
        yield made
