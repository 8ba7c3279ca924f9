"""The terminal: who sits there, and how lines are set for them."""

from __future__ import annotations

import os
import pwd
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.emoji import Emoji
from rich.text import Text

from opsbot.slack.blocks.plain import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.slack.blocks.plain import Line

_STYLES = MappingProxyType(
    {
        Kind.WORDS: "",
        Kind.CODE: "cyan",
        Kind.COMMAND: "green",
        Kind.PERSON: "magenta",
        Kind.EMOJI: "",
        Kind.QUOTED: "italic",
    }
)


def login() -> str:
    """Tell who the operating system says this is; variables, which anybody can set, don't count."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def show(lines: Iterable[Line], *, err: bool = False) -> None:
    """Print lines: in colours where a terminal shows them, else as plain text whose lines are never broken."""
    console = Console(stderr=err)
    if console.no_color:
        console = Console(stderr=err, color_system=None)
    for line in lines:
        console.print(_text(line), soft_wrap=not console.is_terminal)


def _text(line: Line) -> Text:
    text = Text()
    for piece in line:
        shown = Emoji.replace(piece.text) if piece.kind is Kind.EMOJI else piece.text
        text.append(shown, f"{_STYLES[piece.kind]} {'bold' if piece.strong else ''}".strip())
    return text
