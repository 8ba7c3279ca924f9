"""An answer for where there is no Slack: its words line by line, and of each piece what it is.

Nothing is worded here: what is said in Slack is read, in the part of its markup that opsbot writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from shlex import quote
from typing import TYPE_CHECKING

from slack_sdk.models.blocks import ActionsBlock, ContextBlock, DividerBlock, HeaderBlock, ImageBlock, SectionBlock
from slack_sdk.models.blocks.basic_components import MarkdownTextObject, PlainTextObject
from slack_sdk.models.blocks.block_elements import ButtonElement, ImageElement

from opsbot.slack.blocks.messages import RUN_LINE
from opsbot.slack.blocks.mrkdwn import readable
from opsbot.slack.blocks.paging import TURN_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from slack_sdk.models.blocks import Block

    from opsbot.slack.blocks.messages import Answer

_TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angled>[^<>\n]+)>"
    r"|(?<![\w*])\*(?=[^\s*])(?P<strong>(?:`[^`\n]*`|<[^<>\n]*>|[^*`\n])+?)(?<=\S)\*(?![\w*])"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
)
_DATE = re.compile(r"!date\^(?P<seconds>-?[0-9]+)\^[^|]*(?:\|(?P<instead>.*))?")
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_LIVE_IN_QUOTES = frozenset('"$`\\!')
_INDENT = "  "


class Kind(StrEnum):
    """What a piece of a line is."""

    WORDS = "words"
    CODE = "code"
    COMMAND = "command"
    PERSON = "person"
    EMOJI = "emoji"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a line, without line breaks, and with no character that a terminal would obey."""

    text: str
    kind: Kind = Kind.WORDS
    strong: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads answers for people at a terminal.

    `name` tells what somebody is called, by their Slack id. What begins with the slash command `command_name` is shown
    as it is typed after `program`. Times are told in the `zone`; without one, in that of the machine.
    """

    name: Callable[[str], str]
    command_name: str
    program: str
    zone: tzinfo | None = None

    def lines(self, answer: Answer) -> Iterator[Line]:
        """Read an answer: its headline, then its details, whole; of buttons, those whose value is a line to type."""
        yield from self._marked(answer.headline)
        for detail in answer.details:
            if detail.whole:
                yield from _quoted(detail.whole)
                continue
            if not detail.blocks:
                yield from self._marked(detail.text)
            for block in detail.blocks:
                yield from self._of_block(block)

    def _of_block(self, block: Block) -> Iterator[Line]:
        match block:
            case SectionBlock():
                for text in (block.text, *(block.fields or ())):
                    yield from self._of_text(text)
            case HeaderBlock():
                yield from self._of_text(block.text)
            case ContextBlock():
                for element in block.elements:
                    yield from self._of_text(element)
            case ImageBlock():
                yield from _quoted(block.alt_text or "")
            case ActionsBlock():
                yield from self._lines_to_type(block)
            case DividerBlock():
                yield ()
            case _:  # what nobody can read, such as a field to fill in
                pass

    def _of_text(self, text: object) -> Iterator[Line]:
        match text:
            case MarkdownTextObject():
                yield from self._marked(text.text)
            case PlainTextObject():
                yield from _quoted(text.text)
            case ImageElement():
                yield from _quoted(text.alt_text or "")
            case _:
                pass

    def _lines_to_type(self, block: ActionsBlock) -> Iterator[Line]:
        for button in block.elements:
            if not isinstance(button, ButtonElement) or button.value is None:
                continue
            label = button.text.text if button.text is not None else ""
            if (button.action_id or "").startswith(TURN_PAGE):
                yield _word(f"{label}: "), Piece(self._typed(button.value), Kind.COMMAND)
            elif (button.action_id or "").startswith(RUN_LINE):
                yield _word("Type: "), Piece(self._typed(button.value), Kind.COMMAND)

    def _marked(self, text: str) -> Iterator[Line]:
        for line in text.split("\n"):
            yield tuple(piece for piece in self._pieces(line) if piece.text)

    def _pieces(self, text: str) -> Iterator[Piece]:
        end = 0
        for found in _TOKEN.finditer(text):
            yield _word(_unescaped(text[end : found.start()]))
            yield from self._token(found)
            end = found.end()
        yield _word(_unescaped(text[end:]))

    def _token(self, found: re.Match[str]) -> Iterator[Piece]:
        if found["code"] is not None:
            yield self._code(_unescaped(found["code"]))
        elif found["angled"] is not None:
            yield self._angled(found["angled"])
        elif found["strong"] is not None:
            yield from (replace(piece, strong=True) for piece in self._pieces(found["strong"]))
        else:
            yield Piece(found[0], Kind.EMOJI)

    def _code(self, text: str) -> Piece:
        if text.startswith(f"{self.command_name} "):
            return Piece(self._typed(text.removeprefix(f"{self.command_name} ")), Kind.COMMAND)
        return Piece(readable(text), Kind.CODE)

    def _typed(self, line: str) -> str:
        """Write what is typed in a shell for a line."""
        shown = readable(line)
        return f"{self.program} {quote(shown)}" if _LIVE_IN_QUOTES & set(shown) else f'{self.program} "{shown}"'

    def _angled(self, inside: str) -> Piece:
        """Read a mention, a channel, a time or a link; a link shows where it leads, whatever it calls itself."""
        address, bar, label = inside.partition("|")
        label = _unescaped(label)
        if address.startswith("@"):
            return Piece(readable(f"@{self.name(address[1:])}"), Kind.PERSON)
        if address.startswith("#"):
            return Piece(readable(f"#{label or address[1:]}"), Kind.CODE)
        if date := _DATE.fullmatch(inside):
            return _word(self._time(int(date["seconds"]), _unescaped(date["instead"] or "")))
        if address.startswith("!"):
            return _word(label or f"@{address[1:]}")
        return _word(f"{label} ({_unescaped(address)})" if bar else _unescaped(address))

    def _time(self, seconds: int, instead: str) -> str:
        try:
            at = datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)
        except (OverflowError, OSError, ValueError):
            return instead
        return f"{at:%Y-%m-%d %H:%M %Z}"


def _quoted(text: str) -> Iterator[Line]:
    """Set somebody's own words apart, so that none of them passes for the bot's."""
    for line in readable(text).split("\n"):
        yield (Piece(_INDENT + line, Kind.QUOTED),)


def _word(text: str) -> Piece:
    return Piece(readable(text))


def _unescaped(text: str) -> str:
    for escape, character in _ESCAPES:
        text = text.replace(escape, character)
    return text
