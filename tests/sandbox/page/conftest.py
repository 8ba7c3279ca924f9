from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.page import mount_page
from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.page.support import Tab
from tests.sandbox.workspace.support import bolt_app, connected, demo_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from slack_bolt import App


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace(), dress=mount_page) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="Asia/Tokyo", locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(page: Page, server: WorkspaceServer) -> Tab:
    return Tab(page, server.url)


@pytest.fixture
def app(server: WorkspaceServer) -> Iterator[App]:
    made = bolt_app(server)
    made.event("message")(lambda: None)
    with connected(made, server):
        yield made
