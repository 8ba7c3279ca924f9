"""What a line to the bot begins with, by where people read of it."""

from __future__ import annotations

MENTION = "@opsbot"
"""So it begins in a thread: Slack takes no slash commands there."""


def address_in(thread: str | None, command_name: str) -> str:
    """Tell what to type before a verb: the slash command, but in a thread a mention."""
    return MENTION if thread is not None else command_name
