"""What is too long for Slack: shown as far as it fits, and attached whole, as a text file.

This is the one place where that is decided, for answers and for cards.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from slack_sdk.models.blocks import ActionsBlock, ContextBlock

from opsbot.domain.files import Attachment
from opsbot.slack.blocks.messages import Answer, Message, mrkdwn

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Block

MOST_BLOCKS = 46
MOST_CHARACTERS = 12_000
"""Slack takes 50 blocks in a message, and about 13,000 characters in them; a headline and a hint have to fit, too."""

_ROOM = 1_000
_NOTE = "That isn't all: the whole text is in the file."


def fitted(answer: Answer) -> Answer:
    """Make messages that Slack takes; where something doesn't fit, the whole of all of them goes along as a file."""
    details = tuple(fitting(detail) for detail in answer.details)
    if not any(detail.whole for detail in details):
        return replace(answer, details=details)
    return replace(answer, details=details, files=(*answer.files, text_file(answer.in_full())))


def fitting(message: Message) -> Message:
    """Make a message that Slack takes; what it can't show is in its `whole`, and it says so."""
    turning = tuple(block for block in message.blocks if isinstance(block, ActionsBlock))
    if fits(message.blocks):
        if not message.whole:
            return message
        kept = tuple(block for block in message.blocks if block not in turning)
        return replace(message, blocks=(*kept, _note(), *turning))
    shown: list[Block] = []
    for block in message.blocks:
        if block in turning:
            continue
        if not fits((*shown, block, *turning), blocks_left=1, characters_left=_ROOM):
            break
        shown.append(block)
    return Message(message.text, (*shown, _note(), *turning), message.in_full())


def fits(blocks: tuple[Block, ...], *, blocks_left: int = 0, characters_left: int = 0) -> bool:
    """Tell whether Slack takes the blocks in one message, with so much left."""
    length = sum(len(json.dumps(block.to_dict(), ensure_ascii=False)) for block in blocks)
    return len(blocks) <= MOST_BLOCKS - blocks_left and length <= MOST_CHARACTERS - characters_left


def text_file(text: str, name: str = "answer.txt", title: str = "The whole answer") -> Attachment:
    """Make a file of a text."""
    return Attachment(name, title, text.encode(errors="replace"), snippet="text")


def _note() -> ContextBlock:
    return ContextBlock(elements=[mrkdwn(_NOTE)])
