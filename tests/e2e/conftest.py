from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.assembly.trying import everything
from tests.sandbox.page.support import Tab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """The page of a sandbox of its own, which is just what `opsbot sandbox` opens."""
    with everything("127.0.0.1", 0, "sandbox") as url:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        made = Tab(context.new_page(), url)
        yield made
        context.close()
        assert made.faults == []
