"""What is said in Slack, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.blocks.basic_components import MarkdownTextObject, PlainTextObject

from opsbot.slack.mrkdwn import clipped, cut, readable

if TYPE_CHECKING:
    from opsbot.domain.references import ServiceRef

SECTION_LIMIT = 3000
TEXT_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class About:
    """The one package that a message is about."""

    service: ServiceRef
    version: str

    @property
    def payload(self) -> dict[str, str]:
        """What the metadata of the message says of it."""
        return {"service": str(self.service), "version": self.version}


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `text` says in plain what the blocks say."""

    text: str
    blocks: tuple[Block, ...] = ()
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: one line, and the detail that goes into its thread. `private`: for the asker's eyes only."""

    headline: str
    details: tuple[Message, ...] = ()
    private: bool = False
    about: About | None = None

    def in_one(self) -> Message:
        """Put everything into one message, for where there is no thread."""
        blocks: list[Block] = [mrkdwn_section(self.headline)]
        for detail in self.details:
            blocks += detail.blocks or (mrkdwn_section(detail.text),)
        return Message(cut(self.headline, TEXT_LIMIT), tuple(blocks))


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
    return Message(cut("\n".join(lines), TEXT_LIMIT), (*sections(lines), *more))


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
    return mrkdwn_section(f"*{label}*"), plain_section(clipped(text, SECTION_LIMIT))
