from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.backstage import Backstage
from opsbot.sandbox.designer.moods import mood_of, put_in_mood
from opsbot.sandbox.designer.site import DesignerSite
from tests.apart import run_apart
from tests.sandbox.workspace.support import demo_workspace

if TYPE_CHECKING:
    from opsbot.sandbox.workspace import Workspace


class FakeApp:
    """An app that is told to stop and start, and takes its time to stop until it may."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.may_stop = threading.Event()
        self.may_stop.set()

    def stop(self) -> None:
        self.may_stop.wait(5)
        self.told.append("stop")

    def start(self) -> None:
        self.told.append("start")


@pytest.fixture
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture
def workspace() -> Workspace:
    return demo_workspace()


@pytest.fixture
def site() -> DesignerSite:
    return DesignerSite("sandbox", "opsbot", 0.0, None, seeded=True)


def test_a_reset_is_of_the_app_the_workspace_and_the_node_and_is_told_before_and_after(
    app: FakeApp, workspace: Workspace, site: DesignerSite
) -> None:
    async def reset() -> list[bool]:
        backstage = Backstage(site, app)
        heard: list[bool] = []
        unsubscribe = backstage.subscribe(lambda: heard.append(backstage.is_resetting))
        workspace.post("C01MLOPS", "U01MAYA", "before")
        site.node.create_package("FRAUD", "scoring", "v9", by="linus")
        put_in_mood(site, "absent")
        await backstage.reset(workspace)
        unsubscribe()
        backstage.ring()
        return heard

    assert run_apart(reset) == [True, False]
    assert app.told == ["stop", "start"]
    assert workspace.messages.of("C01MLOPS") == []
    assert [each["id"] for each in site.node.list_packages("FRAUD", "scoring")] == ["v1", "v2", "v3", "v4"]
    assert mood_of(site) == "well"


def test_who_gives_up_waiting_for_a_reset_leaves_no_app_stopped(
    app: FakeApp, workspace: Workspace, site: DesignerSite
) -> None:
    async def give_up() -> None:
        backstage = Backstage(site, app)
        begun, ended = asyncio.Event(), asyncio.Event()

        def tell() -> None:
            (begun if backstage.is_resetting else ended).set()

        backstage.subscribe(tell)
        app.may_stop.clear()
        waiting = asyncio.create_task(backstage.reset(workspace))
        await begun.wait()
        waiting.cancel()
        await asyncio.wait([waiting])
        app.may_stop.set()
        await ended.wait()

    run_apart(give_up)
    assert app.told == ["stop", "start"]
