"""Slack's mrkdwn as HTML. What people and apps write can never become markup of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING

from opsbot.sandbox.page.emoji import with_emoji

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.state import Workspace

_FENCE = re.compile(r"```\n?(.*?)```\n?", re.DOTALL)
_QUOTE = re.compile(r"^(?:>|&gt;) ?(.*)$")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<token>[^<>\n]+)>"
    r"|(?<![\w*])\*(?P<bold>(?=\S)[^*\n]*?\S)\*(?![\w*])"
    r"|(?<!\w)_(?P<italic>(?=\S)[^_\n]*?\S)_(?!\w)"
    r"|(?<![\w~])~(?P<strike>(?=\S)[^~\n]*?\S)~(?![\w~])"
)
_LINK_SCHEMES = ("http://", "https://", "mailto:")
_TAGS = {"bold": "strong", "italic": "em", "strike": "s"}


def plain(text: str) -> str:
    """Return a `plain_text` as HTML."""
    return escape(with_emoji(text))


def time_html(epoch: float, pattern: str, fallback: str = "", css: str = "stamp") -> str:
    """Return a moment that the browser writes in its own zone; until then the fallback stands there."""
    return f'<time class="{css}" data-epoch="{epoch:.0f}" data-format="{escape(pattern)}">{plain(fallback)}</time>'


@dataclass(frozen=True, slots=True)
class Mrkdwn:
    """Renders mrkdwn as one person sees it: mentions of them stand out."""

    workspace: Workspace
    viewer: str

    def html(self, text: str) -> str:
        """Return the text as HTML."""
        parts: list[str] = []
        end = 0
        for fence in _FENCE.finditer(text):
            parts.append(self._lines(text[end : fence.start()]))
            parts.append(f"<pre>{_literal(fence[1].rstrip())}</pre>")
            end = fence.end()
        parts.append(self._lines(text[end:]))
        return "".join(parts)

    def _lines(self, text: str) -> str:
        """Return lines, of which those after `>` are quoted together."""
        lines: list[str] = []
        quoted: list[str] = []
        for line in text.split("\n"):
            quote = _QUOTE.match(line)
            if quote is not None:
                quoted.append(self._inline(quote[1]))
                continue
            lines += _flush(quoted)
            lines.append(self._inline(line))
        lines += _flush(quoted)
        return "\n".join(lines).replace("</blockquote>\n", "</blockquote>").replace("\n<blockquote>", "<blockquote>")

    def _inline(self, text: str) -> str:
        parts: list[str] = []
        end = 0
        for found in _INLINE.finditer(text):
            parts.append(_words(text[end : found.start()]))
            parts.append(self._piece(found))
            end = found.end()
        parts.append(_words(text[end:]))
        return "".join(parts)

    def _piece(self, found: re.Match[str]) -> str:
        kind, inner = str(found.lastgroup), str(found[str(found.lastgroup)])
        if kind == "code":
            return f"<code>{_literal(inner)}</code>"
        if kind == "token":
            return self._token(inner)
        return f"<{_TAGS[kind]}>{self._inline(inner)}</{_TAGS[kind]}>"

    def _token(self, token: str) -> str:
        target, _, label = token.partition("|")
        if target.startswith("@"):
            return self._person(target[1:], label)
        if target.startswith("#"):
            channel = self.workspace.channels.find(target[1:])
            name = channel.name if channel is not None else label or target[1:]
            return f'<span class="mention">#{_literal(name)}</span>'
        if target.startswith("!"):
            return self._special(target[1:], label)
        if target.startswith(_LINK_SCHEMES):
            href = escape(unescape(target))
            return f'<a href="{href}" target="_blank" rel="noopener noreferrer">{_words(label or target)}</a>'
        return _literal(f"<{token}>")

    def _person(self, user: str, label: str) -> str:
        person = self.workspace.directory.find(user)
        name = person.name if person is not None else label or user
        me = " me" if person is not None and person.id == self.viewer else ""
        return f'<span class="mention{me}" data-mention="{escape(user)}">@{_literal(name)}</span>'

    def _special(self, target: str, label: str) -> str:
        if target.startswith("date^"):
            return _date(target, label)
        if target.startswith("subteam^"):
            group = self.workspace.directory.group(target.partition("^")[2])
            handle = f"@{group.handle}" if group is not None else label or target
            me = " me" if group is not None and self.viewer in group.members else ""
            return f'<span class="mention{me}">{_literal(handle)}</span>'
        return f'<span class="mention">@{_literal(target)}</span>'


def _date(target: str, fallback: str) -> str:
    parts = target.split("^")
    try:
        epoch, pattern = float(parts[1]), parts[2]
    except (IndexError, ValueError):
        return _words(fallback)
    shown = time_html(epoch, unescape(pattern), unescape(fallback), css="date")
    if len(parts) > 3 and parts[3].startswith(_LINK_SCHEMES):  # noqa: PLR2004 - date^epoch^pattern^link
        return f'<a href="{escape(unescape(parts[3]))}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    return shown


def _words(text: str) -> str:
    """Return text between the marks as HTML: Slack's three entities are undone, then everything is escaped."""
    return escape(with_emoji(unescape(text)))


def _literal(text: str) -> str:
    return escape(unescape(text))


def _flush(quoted: list[str]) -> list[str]:
    inner = "\n".join(quoted)
    lines = [f"<blockquote>{inner}</blockquote>"] if quoted else []
    quoted.clear()
    return lines
