"""Fixtures for the tests of any Bolt app; pytest finds them by itself where opsbot is installed.

Whoever doesn't use them pays for nothing, and needs nothing of the extra `sandbox`: it is imported by the fixture.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from opsbot.sandbox.live import LiveWorkspace


@pytest.fixture
def slack_workspace() -> Iterator[Callable[..., LiveWorkspace]]:
    """Make workspaces: `slack_workspace("app.yaml")` serves one with this manifest until the test ends.

    A manifest as a mapping does as well; what else `LiveWorkspace` takes, it takes by name.
    """
    try:
        from opsbot.sandbox.live import LiveWorkspace  # noqa: PLC0415 - only who uses it pays for it
    except ImportError as error:
        pytest.fail(f"slack_workspace needs more than is installed ({error}): install opsbot with its extra “sandbox”")
    with ExitStack() as served:

        def serve(manifest: Mapping[str, Any] | Path | str, **rest: Any) -> LiveWorkspace:
            return served.enter_context(LiveWorkspace(manifest, **rest))

        yield serve
