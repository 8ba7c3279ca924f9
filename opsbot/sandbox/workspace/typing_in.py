"""From what a person types to what Slack makes of it: mentions, channels, links, the three escapes."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.channels import Channel, Channels
    from opsbot.sandbox.workspace.people import Directory, Person

_ENCODED = r"<[@#!][^<>\s][^<>]*>|<(?:https?|mailto):[^<>]+>|&(?:amp|lt|gt);"
_TYPED = r"(?P<user>(?<![\w@.])@(?P<user_name>[\w.-]*\w))|(?P<channel>(?<![\w#&])#(?P<channel_name>[\w-]*\w))"
_LINK = r"(?P<link>https?://[^\s<>]*[^\s<>.,;:!?)])"
_TOKENS = re.compile(rf"(?P<encoded>{_ENCODED})|{_TYPED}|{_LINK}")


def escape_text(text: str) -> str:
    """Return the text with the three characters escaped that mean something to Slack."""
    return escape(text, quote=False)


def encode_message(text: str, directory: Directory, channels: Channels, *, keep_encoded: bool = False) -> str:
    """Return a typed message as Slack stores it: `@maya` becomes `<@U01MAYA>`, `<` becomes `&lt;`.

    With `keep_encoded`, what is already written in Slack's way stays; scripts write so, people never do.
    """
    return _encode(text, directory, channels, named=False, keep_encoded=keep_encoded)


def encode_command(text: str, directory: Directory, channels: Channels, *, should_escape: bool) -> str:
    """Return the typed text of a command as it reaches the app.

    With `should_escape` mentions come as `<@U01MAYA|maya>` and links in angle brackets, otherwise as they were typed.
    """
    if not should_escape:
        return text
    return _encode(text, directory, channels, named=True, keep_encoded=True)


def _encode(text: str, directory: Directory, channels: Channels, *, named: bool, keep_encoded: bool) -> str:
    parts: list[str] = []
    end = 0
    for token in _TOKENS.finditer(text):
        parts.append(escape_text(text[end : token.start()]))
        parts.append(_encode_token(token, directory, channels, named=named, keep_encoded=keep_encoded))
        end = token.end()
    parts.append(escape_text(text[end:]))
    return "".join(parts)


def _encode_token(
    token: re.Match[str], directory: Directory, channels: Channels, *, named: bool, keep_encoded: bool
) -> str:
    typed = token.group()
    if token["encoded"]:
        return typed if keep_encoded else escape_text(typed)
    if token["link"]:
        return f"<{escape_text(typed)}>"
    if token["channel"]:
        channel = channels.find(token["channel_name"])
        return _channel_mention(channel) if channel is not None else typed
    return _mention(typed, directory, named=named)


def _mention(typed: str, directory: Directory, *, named: bool) -> str:
    name = typed.removeprefix("@")
    if name in ("here", "channel", "everyone"):
        return f"<!{name}>"
    person = directory.find(name)
    if person is not None:
        return _person_mention(person, named=named)
    group = directory.group(name)
    return f"<!subteam^{group.id}|@{group.handle}>" if group is not None else typed


def _person_mention(person: Person, *, named: bool) -> str:
    return f"<@{person.id}|{person.name}>" if named else f"<@{person.id}>"


def _channel_mention(channel: Channel) -> str:
    return f"<#{channel.id}|{channel.name}>"
