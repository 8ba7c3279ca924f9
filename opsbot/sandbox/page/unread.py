"""What a person has not seen yet, by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.state import Workspace


class ReadMarks:
    """Remembers up to where each person has read each channel. One for all tabs, as with Slack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read: dict[tuple[str, str], str] = {}

    def read(self, user: str, channel: str) -> None:
        """Note that the person sees everything in the channel."""
        messages = self._workspace.messages.of(channel)
        self._read[user, channel] = messages[-1].ts if messages else ""

    def unread(self, user: str, channel: str) -> list[Message]:
        """Return what came since, outside of threads and from others."""
        since = float(self._read.get((user, channel)) or 0)
        return [
            message
            for message in self._workspace.messages.of(channel)
            if float(message.ts) > since
            and message.user != user
            and message.is_visible_to(user)
            and not _hidden(message)
        ]

    def mentions(self, user: str, channel: str) -> int:
        """Return how many of the unread are for the person in particular."""
        groups = [group.id for group in self._workspace.directory.groups if user in group.members]
        marks = (f"<@{user}", *(f"<!subteam^{group}" for group in groups))
        return sum(
            message.addressee == user or any(mark in _everything(message) for mark in marks)
            for message in self.unread(user, channel)
        )

    def clear(self) -> None:
        """Forget everything."""
        self._read.clear()


def _everything(message: Message) -> str:
    return message.text + str(message.blocks)


def _hidden(message: Message) -> bool:
    return message.thread_ts is not None and not message.broadcast
