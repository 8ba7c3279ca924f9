"""A stand-in of each test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.designer import DesignerServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[DesignerServer]:
    with DesignerServer() as running:
        yield running
