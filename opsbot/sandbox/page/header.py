"""The line above the messages: where one is, and with the app, its Home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, markup, words
from opsbot.sandbox.page.looks import avatar_html

if TYPE_CHECKING:
    from opsbot.sandbox.page.screen import Screen


class Header:
    """Says what the channel is called and who is in it."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.at_home = False
        with box("channel-header", "header"):
            self._element = box("channel-about")
            self.tools = box("header-tools")

    def refresh(self) -> None:
        """Draw the line as things are now."""
        place, workspace = self._screen.place, self._screen.workspace
        self._element.clear()
        with self._element:
            name = words(self._screen.place_name, "channel-name")
            name.props.update({"role": "heading", "aria-level": "1"})
            if place.kind == "im":
                if workspace.app.manifest.home_tab:
                    self._tab("Home", "home-tab", on=True)
                    self._tab("Messages", "messages-tab", on=False)
                return
            words(place.topic, "channel-topic")
            faces = "".join(avatar_html(workspace, user, "tiny") for user in sorted(place.members)[:4])
            markup(f'<span class="faces">{faces}</span><span>{len(place.members)}</span>', "members")

    def _tab(self, label: str, css: str, *, on: bool) -> None:
        chosen = " here" if on == self.at_home else ""
        tab = box(f"tab {css}{chosen}", "button", type="button")
        with tab.on("click", lambda: self._screen.show_home(on=on), args=[]):
            words(label, tag="span")
