"""Screenshots are left beside the tests, to be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.page.support import Tab

SCREENSHOTS = Path(__file__).parent / "screenshots"


def look(tab: Tab, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    tab.page.screenshot(path=SCREENSHOTS / f"{name}.png")
