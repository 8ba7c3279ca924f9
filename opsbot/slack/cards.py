"""The card of a publish request, and what its thread is told in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from slack_sdk.models.blocks import ActionsBlock, ContextBlock, SectionBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain.lifecycle import State
from opsbot.slack.blocks import notes
from opsbot.slack.messages import SECTION_LIMIT, Message, mrkdwn, mrkdwn_section, plain_section
from opsbot.slack.mrkdwn import clipped, code, cut, date, escaped, person

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Block

    from opsbot.domain.models import Package, Person, PublishRequest
    from opsbot.domain.references import ServiceRef

APPROVE, DECLINE, CANCEL = "approve_request", "decline_request", "cancel_request"

_NOTES_LIMIT = 600
_OUTCOME_LIMIT = 1000
_MARKS = {
    State.PENDING: ":hourglass_flowing_sand:",
    State.APPROVED: ":thumbsup:",
    State.PUBLISHING: ":rocket:",
    State.PUBLISHED: ":white_check_mark:",
    State.FAILED: ":x:",
    State.UNKNOWN: ":grey_question:",
    State.DECLINED: ":no_entry:",
    State.CANCELLED: ":leftwards_arrow_with_hook:",
    State.STALE: ":wastebasket:",
}


def card(request: PublishRequest, approvers: str) -> Message:
    """Show a publish request as it is now; `approvers` says in mrkdwn who may approve it."""
    wish = request.wish
    what = f"{code(request.version)} of {code(request.service)}"
    headline = f"{_MARKS[request.state]} *Request {request.id}*: publish {what} to {code(wish.published_service)}"
    blocks: list[Block] = [mrkdwn_section(headline), _facts(request)]
    blocks += notes(clipped(wish.reason, _NOTES_LIMIT), "Why")
    blocks += notes(clipped(wish.package.release_notes, _NOTES_LIMIT))
    blocks.append(ContextBlock(elements=[mrkdwn(cut(_standing(request, approvers), SECTION_LIMIT))]))
    if request.state is State.PENDING:
        blocks.append(_buttons(request.id))
    return Message(
        f"Request {request.id}: publish {what} to {code(wish.published_service)}, {request.state.value}", tuple(blocks)
    )


def outcome(request: PublishRequest) -> Message:
    """Tell the requester, and whoever reads the thread, what became of the request."""
    who = person(request.wish.requester)
    said = f"{_MARKS[request.state]} {who}: {_ending(request)}"
    words = request.decision.comment if request.decision is not None else ""
    if not words.strip():
        return Message(said)
    return Message(said, (mrkdwn_section(said), plain_section(clipped(words, _NOTES_LIMIT))))


def packaged(service: ServiceRef, package: Package, by: Person) -> Message:
    """Announce a package."""
    text = f":package: {person(by)} packaged {code(package.version)} of {code(service)}."
    return Message(text, (mrkdwn_section(text), *notes(clipped(package.release_notes, _NOTES_LIMIT))))


def _facts(request: PublishRequest) -> SectionBlock:
    wish = request.wish
    by = f" by {code(wish.package.created_by)}" if wish.package.created_by else ""
    facts = [
        f"*Asked by*\n{person(wish.requester)} {date(wish.asked_at)}",
        f"*Packaged*\n{date(wish.package.created_on)}{by}",
    ]
    return SectionBlock(fields=[mrkdwn(fact) for fact in facts])


def _standing(request: PublishRequest, approvers: str) -> str:
    match request.state:
        case State.PENDING:
            return f"Waiting. May approve: {approvers}. The requester may not."
        case State.APPROVED | State.PUBLISHING:
            return f"Approved by {_decider(request)}; it is being published."
        case _:
            return _ending(request)


def _ending(request: PublishRequest) -> str:  # noqa: PLR0911 - one arm per state
    what = f"{code(request.version)} of {code(request.service)}"
    because = f" {escaped(clipped(request.outcome, _OUTCOME_LIMIT))}" if request.outcome else ""
    match request.state:
        case State.PUBLISHED:
            to = code(request.wish.published_service)
            return f"{what} is published to {to}. Approved by {_decider(request)}.{because}"
        case State.FAILED:
            return f"{what} was not published.{because} Approved by {_decider(request)}."
        case State.UNKNOWN:
            return f"Whether {what} is published can't be said.{because} Look at the API Deployer."
        case State.DECLINED:
            return f"{what} won't be published: declined by {_decider(request)}."
        case State.CANCELLED:
            return f"{what} won't be published: cancelled by {_decider(request)}."
        case State.STALE:
            return f"{what} was not published:{because} Ask again if you still want it."
        case State.PENDING | State.APPROVED | State.PUBLISHING:
            return f"{what} is {request.state.value}."
        case _:
            assert_never(request.state)


def _decider(request: PublishRequest) -> str:
    if request.decision is None:
        return "nobody"
    return f"{person(request.decision.person)} {date(request.decision.at)}"


def _buttons(request: int) -> ActionsBlock:
    return ActionsBlock(
        elements=[
            ButtonElement(text="Approve", action_id=APPROVE, value=str(request), style="primary"),
            ButtonElement(text="Decline", action_id=DECLINE, value=str(request), style="danger"),
            ButtonElement(text="Cancel", action_id=CANCEL, value=str(request)),
        ]
    )
