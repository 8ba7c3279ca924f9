from __future__ import annotations

import asyncio

from opsbot.sandbox.workspace import Timing
from opsbot.sandbox.workspace.delivery import JSON, Answer, Kind, Retry, Unanswered
from opsbot.sandbox.workspace.events import Events
from tests.apart import run_apart
from tests.sandbox.workspace.support import demo_workspace


class DeafApp:
    """A way to an app that hears nothing; it counts how often it was tried, and by when."""

    connections = 0

    def __init__(self) -> None:
        self.tries: list[Retry | None] = []
        self.tried = asyncio.Event()

    async def deliver(self, kind: Kind, payload: JSON, *, retry: Retry | None = None) -> Answer:
        self.tries.append(retry)
        self.tried.set()
        await asyncio.sleep(0)
        return Unanswered("dispatch_failed")

    async def disconnect(self, *, announced: bool) -> int:
        return 0

    async def warn(self) -> int:
        return 0

    async def cut(self) -> int:
        return 0

    async def close(self) -> None:
        return


def tries(*, reset: bool) -> int:
    """How often an app is told of a message that it never acknowledges."""

    async def say() -> int:
        workspace = demo_workspace(timing=Timing(event_retries=(0.0, 0.0, 0.0)))
        app = DeafApp()
        events = Events(workspace, app)
        workspace.subscribe(events.on_change)
        workspace.post("C01MLOPS", "U01MAYA", "from before")
        await app.tried.wait()
        if reset:
            workspace.reset()
        for _ in range(50):
            await asyncio.sleep(0)
        await events.close()
        return len(app.tries)

    return run_apart(say)


def test_after_a_reset_the_app_isnt_told_again_of_what_was_before() -> None:
    assert tries(reset=False) == 4
    assert tries(reset=True) == 1
