"""What is told in a request's thread: a message for each kind of delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_sdk.models.blocks import ContextBlock

from opsbot.domain.policy import in_words, lacking
from opsbot.slack.blocks.cards import MARKS, NOTES_LIMIT, ending
from opsbot.slack.blocks.messages import Message, mrkdwn, mrkdwn_section, plain_section
from opsbot.slack.blocks.mrkdwn import clipped, code, date, escaped, naming_channels, person, sentence

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Block

    from opsbot.domain.models import PublishRequest
    from opsbot.domain.policies import Policy


def outcome(request: PublishRequest) -> Message:
    """Tell the requester, and whoever reads the thread, what became of the request, and where the audit stands."""
    said = f"{MARKS[request.state]} {person(request.wish.requester)}: {ending(request)}"
    words = request.decision.comment if request.decision is not None else ""
    blocks: list[Block] = [mrkdwn_section(said)]
    if words.strip():
        blocks.append(plain_section(clipped(words, NOTES_LIMIT)))
    if request.head is not None:
        blocks.append(ContextBlock(elements=[mrkdwn(f"Audit {code(request.head)}")]))
    return Message(said, tuple(blocks))


def voted(request: PublishRequest, voter: str, policy: Policy) -> Message:
    """Tell that somebody said yes, and what is missing yet."""
    vote = next((each for each in request.votes if each.person.id == voter), None)
    short = escaped(in_words(lacking(request, policy)))
    said = f":heavy_check_mark: <@{voter}> approved. It still takes {short}."
    blocks: list[Block] = [mrkdwn_section(said)]
    if vote is not None and vote.comment.strip():
        blocks.append(plain_section(clipped(vote.comment, NOTES_LIMIT)))
    return Message(said, tuple(blocks))


def held(request: PublishRequest) -> Message:
    """Tell why an approved request waits."""
    until = f" I try again {date(request.try_at)}." if request.try_at is not None else ""
    said = f":hourglass: {person(request.wish.requester)}: request {request.id} is approved, but waits. {sentence(escaped(request.held))}{until}"
    return Message(said, (mrkdwn_section(said),))


def reminder(request: PublishRequest, approvers: str) -> Message:
    """Ask those who could approve to decide."""
    expires = f" It expires {date(request.wish.expires_at)}." if request.wish.expires_at is not None else ""
    said = f":bell: Request {request.id} still waits for {approvers}.{expires}"
    return Message(said, (mrkdwn_section(said),))


def review(request: PublishRequest) -> Message:
    """Ask for the review of a break-glass publish, or tell that it was reviewed."""
    if request.review is not None:
        said = f":mag: {person(request.review.person)} reviewed request {request.id}."
        words = request.review.comment
        return Message(said, (mrkdwn_section(said), plain_section(clipped(words, NOTES_LIMIT) or "…")))
    due = f" until {date(request.review_due)}" if request.review_due is not None else ""
    said = (
        f":fire: {person(request.wish.requester)} published this without approvals. Another person has to review it"
        f"{due}, and until then nobody can do so again: {code(f'review {request.id} COMMENT')}"
    )
    return Message(said, (mrkdwn_section(said),))


def card_refused(request: PublishRequest, why: str, command_name: str) -> Message:
    """Tell the requester that nobody sees the card."""
    said = (
        f":warning: Request {request.id} is open, but I can't post its card. {naming_channels(why)} "
        f"Until then {code(f'{command_name} approve {request.id}')} decides, too."
    )
    return Message(said)
