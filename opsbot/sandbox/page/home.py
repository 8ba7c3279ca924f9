"""The app's Home, in the conversation with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, words
from opsbot.sandbox.page.forms import FormKit

if TYPE_CHECKING:
    from opsbot.sandbox.page.screen import Screen


class Home:
    """Shows what the app published to the person."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._element = box("home")

    def refresh(self) -> None:
        """Show it as it is now."""
        view = self._screen.workspace.views.home(self._screen.viewer)
        self._element.clear()
        with self._element:
            if view is None:
                words("The app has published nothing here yet.", "home-empty")
                return
            with box("blocks"):
                FormKit(self._screen, view, {}).draw(view.content["blocks"])
