"""What is said in Slack, before it is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock
from slack_sdk.models.blocks.basic_components import MarkdownTextObject, PlainTextObject
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.slack.blocks.mrkdwn import cut, escaped, plain, readable, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from opsbot.domain.files import Attachment
    from opsbot.domain.models import MessageRef
    from opsbot.domain.references import ServiceRef

RUN_LINE = "run_line"
"""The action of a button whose value is a line, which is run as if whoever clicks had typed it."""

LONGEST_LINE = 2000
"""Of a button; Slack takes no longer value."""

UNWATCH = "unwatch:"
"""What the actions of buttons begin with that end a watch; behind it is the watch's number."""

REOPEN_FORM = "reopen_form"
"""The action of a button that opens a form again, which came to nothing, with all that was typed."""

OF_CHANGE = "change:"
"""What the value of that button begins with where it is of a change of a node; behind it is the change's stamp."""

SECTION_LIMIT = 3000
TEXT_LIMIT = 4000

_SIGN = re.compile(r"^:[a-z0-9_+-]+:\s*")


@dataclass(frozen=True, slots=True)
class About:
    """The one package that a message is about; one without a version lists packages of the service."""

    service: ServiceRef
    version: str

    @property
    def payload(self) -> dict[str, str]:
        """What the metadata of the message says of it."""
        return {"service": str(self.service), "version": self.version}


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `text` says in a line or two what the blocks say; `spoken` writes what is sent in their stead.

    Where they don't say all of it, `whole` does, as plain text; it goes along as a file.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    whole: str = ""
    about: About | None = None

    def in_full(self) -> str:
        """Write all that it says, or would say, as plain text."""
        return self.whole or "\n".join(texts_of(self.blocks)) or plain(self.text)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: one line, and the detail that goes into its thread. `private`: for the asker's eyes only.

    `files` go into the thread as well. Where a message told how it went, the answer stands `instead_of` it. What was
    asked for is `undone` where the answer says why not.
    """

    headline: str
    details: tuple[Message, ...] = ()
    private: bool = False
    files: tuple[Attachment, ...] = ()
    instead_of: MessageRef | None = None
    about: About | None = None
    undone: bool = False

    def in_one(self) -> Message:
        """Put everything into one message, for where there is no thread."""
        return joined((Message(self.headline), *self.details))

    def in_full(self) -> str:
        """Write all that it says, or would say, as plain text."""
        return _in_full((Message(self.headline), *self.details))

    def as_remark(self) -> str:
        """Write its line as plain text for a form, where the emoji before it would be shown by its name."""
        return _SIGN.sub("", plain(self.headline))


def joined(messages: Sequence[Message]) -> Message:
    """Put messages into one, in their order."""
    blocks = [block for each in messages for block in each.blocks or (mrkdwn_section(each.text),)]
    text = "\n".join(dict.fromkeys(each.text for each in messages))
    cuts = any(each.whole for each in messages)
    return Message(cut(text, TEXT_LIMIT), tuple(blocks), _in_full(messages) if cuts else "")


def _in_full(messages: Sequence[Message]) -> str:
    return "\n\n".join(each.in_full() for each in messages)


def reopening(value: str) -> ButtonElement:
    """Make the button that opens a form again."""
    return ButtonElement(text="Open the form again", action_id=REOPEN_FORM, value=value)


def mrkdwn(text: str) -> MarkdownTextObject:
    """Make a text of markup in which Slack adds no links or mentions of its own finding."""
    return MarkdownTextObject(text=text, verbatim=True)


def mrkdwn_section(text: str) -> SectionBlock:
    """Make a section of text that is inert already."""
    return SectionBlock(text=mrkdwn(cut(text, SECTION_LIMIT)))


def plain_section(text: str) -> SectionBlock:
    """Make a section of somebody's own words, which Slack shows as they are."""
    return SectionBlock(text=PlainTextObject(text=readable(text), emoji=False))


def of_lines(lines: list[str], *more: Block) -> Message:
    """Make a message of lines of mrkdwn, and what comes below them."""
    text, blocks = "\n".join(lines), (*sections(lines), *more)
    is_cut = any(len(line) > SECTION_LIMIT for line in lines)
    whole = "\n".join([plain(text), *texts_of(more)]) if is_cut else ""
    return Message(cut(text, TEXT_LIMIT), blocks, whole)


def sections(lines: list[str]) -> tuple[SectionBlock, ...]:
    """Set lines of mrkdwn into as few sections as hold them."""
    made: list[str] = []
    for line in lines:
        if made and len(made[-1]) + len(line) + 1 <= SECTION_LIMIT:
            made[-1] += "\n" + line
        else:
            made.append(cut(line, SECTION_LIMIT))
    return tuple(mrkdwn_section(text) for text in made)


def notes(text: str, label: str = "Release notes") -> tuple[Block, ...]:
    """Show somebody's own words under a label, as plain text."""
    if not text.strip():
        return ()
    return mrkdwn_section(f"*{label}*"), *map(plain_section, split(text, SECTION_LIMIT))


def spoken(message: Message) -> str:
    """Write what stands for the blocks where they aren't shown, in notifications and to screen readers: all they say.

    Other people's words are inert in it; what is too long is cut.
    """
    said = [message.text]
    for text in _marked([block.to_dict() for block in message.blocks if not isinstance(block, ActionsBlock)]):
        if text not in "\n".join(said):
            said.append(text)
    return cut("\n".join(said), TEXT_LIMIT)


def texts_of(blocks: Iterable[Block]) -> list[str]:
    """List every text in blocks, in the order of reading and as people read it."""
    return list(_texts([block.to_dict() for block in blocks]))


def _marked(node: Any) -> Iterator[str]:
    """Give the texts in blocks as markup, and what pictures show; buttons are for whoever sees them."""
    if isinstance(node, list):
        for each in node:
            yield from _marked(each)
    elif isinstance(node, dict) and node.get("type") != "button":
        if node.get("type") == "mrkdwn":
            yield node["text"]
        elif node.get("type") == "plain_text":
            yield escaped(node["text"])
        elif node.get("type") == "image":
            yield escaped(node["alt_text"])
        for value in node.values():
            yield from _marked(value)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _texts(each)
    elif isinstance(node, dict):
        if node.get("type") in {"mrkdwn", "plain_text"}:
            yield plain(node["text"]) if node["type"] == "mrkdwn" else node["text"]
        for value in node.values():
            yield from _texts(value)
