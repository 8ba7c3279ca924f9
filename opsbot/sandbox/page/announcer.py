"""Says what others say where one is, for who hears the page instead of seeing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, markup
from opsbot.sandbox.page.mrkdwn import Mrkdwn
from opsbot.sandbox.workspace.feed import MessageChanged

if TYPE_CHECKING:
    from opsbot.sandbox.page.screen import Screen
    from opsbot.sandbox.workspace.feed import MessagePosted


class Announcer:
    """Holds the newest message alone: a list that is drawn anew would be read out whole."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._element = box("announcer", role="status")

    def tell(self, change: MessagePosted | MessageChanged) -> None:
        """Have a new message read out, where the person sees it and didn't write it."""
        screen, message = self._screen, change.message
        is_here = message.channel == screen.channel and message.is_visible_to(screen.viewer)
        if isinstance(change, MessageChanged) or not is_here or message.user == screen.viewer:
            return
        author = screen.workspace.directory.find(message.user)
        said = Mrkdwn(screen.workspace, screen.viewer).html(message.text)
        name = Mrkdwn(screen.workspace, screen.viewer).html(author.name if author is not None else "")
        where = "in the thread, " if message.thread_ts is not None else ""
        self._element.clear()
        with self._element:
            markup(f"{where}{name}: {said}", tag="span")
