"""reactions.*: the app's emoji under a message."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.shapes import JSON
    from opsbot.sandbox.workspace.webapi.calls import Call

_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
"""What names of emoji look like; which of them a workspace has isn't known here."""


def add(call: Call) -> JSON:
    """reactions.add: put one emoji there; a second time is refused."""
    message, name, users = _reaction(call)
    bot = call.workspace.app.bot_user
    if bot in users:
        raise RefusedError("already_reacted")
    _put(call, message, name, (*users, bot))
    return {"ok": True}


def remove(call: Call) -> JSON:
    """reactions.remove: take one's emoji away."""
    message, name, users = _reaction(call)
    bot = call.workspace.app.bot_user
    if bot not in users:
        raise RefusedError("no_reaction")
    _put(call, message, name, tuple(user for user in users if user != bot))
    return {"ok": True}


def _reaction(call: Call) -> tuple[Message, str, tuple[str, ...]]:
    message = call.workspace.messages.find(call.require_open(call.joined_channel()).id, call.required("timestamp"))
    if message is None or message.is_ephemeral:
        raise RefusedError("message_not_found")
    name = call.required("name").strip(":")
    if not _EMOJI.fullmatch(name):
        raise RefusedError("invalid_name")
    return message, name, message.reactions.get(name, ())


def _put(call: Call, message: Message, name: str, users: tuple[str, ...]) -> None:
    reactions = {**message.reactions, name: users}
    kept = {emoji: by for emoji, by in reactions.items() if by}
    call.workspace.messages.change(replace(message, reactions=kept), edited=False)
