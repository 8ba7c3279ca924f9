"""The node that the terminal asks, and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.designer import DesignerServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def node() -> Iterator[DesignerServer]:
    with DesignerServer() as server:
        yield server


@pytest.fixture
def node_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", "sandbox")
