"""Long lists, a page at a time, with buttons that turn pages."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, TypeVar

from slack_sdk.models.blocks import ActionsBlock, ContextBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.counting import MOST_COUNTED
from opsbot.slack.blocks.messages import Answer, mrkdwn, of_lines

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Block

T = TypeVar("T")

TURN_PAGE = "turn_page"

_NEWEST_FIRST = ("packages", "requests", "history", "audit", "deliveries")


def listing(headline: str, lines: list[str], again: str, page: int, total: int, *, counts_on: bool = True) -> Answer:
    """Show one page of a long list; `again` is the line that somebody would type for the list.

    Where `counts_on` is false, a total beyond MOST_COUNTED says only that there are more.
    The list is the last of the details, whatever is said above it: where a page is turned, it takes the list's place.
    """
    if not total:
        return Answer(headline)
    pages = ceil(total / PAGE_SIZE)
    turning: list[Block] = []
    if pages > 1:
        newest_first = again.startswith(_NEWEST_FIRST)
        if page <= pages:
            of_pages = f" of {pages}" if counts_on or total <= MOST_COUNTED else ""
            turning.append(ContextBlock(elements=[mrkdwn(f"Page {page}{of_pages}")]))
        turning.append(_turning(again, page, pages, ("Newer", "Older") if newest_first else ("Previous", "Next")))
    return Answer(headline, (of_lines(lines or [f"There is no page {page}; the last is {pages}."], *turning),))


def page_of(things: tuple[T, ...], page: int) -> tuple[T, ...]:
    """Give the things on one page of them."""
    return things[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _turning(again: str, page: int, pages: int, labels: tuple[str, str]) -> ActionsBlock:
    """Make the buttons that turn pages; each holds the line that somebody would type for it."""
    turns = zip(labels, (min(page - 1, pages), page + 1), strict=True)
    return ActionsBlock(
        elements=[
            ButtonElement(text=label, action_id=f"{TURN_PAGE}:{label.lower()}", value=f"{again} --page {to}")
            for label, to in turns
            if 1 <= to <= pages
        ]
    )
