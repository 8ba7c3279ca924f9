"""Markdown, as the `markdown` block brings it, in the words of mrkdwn."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_BULLET = re.compile(r"^( *)[-*+] +", re.MULTILINE)
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__")
_ITALIC = re.compile(r"(?<![*\w])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![*\w])")
_LINK = re.compile(r"!?\[([^\]\n]+)\]\((https?://[^)\s]+|mailto:[^)\s]+)\)")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)


def mrkdwn_of(markdown: str) -> str:
    """Return the mrkdwn that looks like this Markdown; code stays as it is."""
    pieces = _CODE.split(markdown)
    return "".join(piece if index % 2 else _convert(piece) for index, piece in enumerate(pieces))


def _convert(text: str) -> str:
    text = text.replace("<", "&lt;").replace(">", "&gt;")  # HTML means nothing here
    text = _ITALIC.sub(r"_\1_", text)
    text = _BOLD.sub(lambda found: f"*{found[1] or found[2]}*", text)
    text = _LINK.sub(r"<\2|\1>", text)
    return _BULLET.sub(r"\1• ", _HEADING.sub(r"*\1*", text)).replace("~~", "~")
