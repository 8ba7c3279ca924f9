"""The command line, the node that it asks, its key, and the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import manifest
from tests.cli.running import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.running import Run


@pytest.fixture(scope="module")
def node() -> Iterator[DesignerServer]:
    with DesignerServer() as server:
        yield server


@pytest.fixture
def node_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", "sandbox")


@pytest.fixture
def slack() -> Iterator[WorkspaceServer]:
    workspace = demo.workspace(manifest("/apid"))
    with WorkspaceServer(workspace) as server:
        yield server


@pytest.fixture
def opsbot(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run in this process with an environment."""

    def run_with(*words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        return run(capsys, *words)

    return run_with
