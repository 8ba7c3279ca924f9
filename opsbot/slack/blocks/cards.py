"""The card of a publish request: what is to be decided, by whom, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from slack_sdk.models.blocks import ActionsBlock, ContextBlock, SectionBlock
from slack_sdk.models.blocks.block_elements import ButtonElement

from opsbot.domain.lifecycle import State
from opsbot.domain.policy import in_words, lacking
from opsbot.slack.blocks.difference import difference_blocks, whole_difference
from opsbot.slack.blocks.messages import SECTION_LIMIT, Message, mrkdwn, mrkdwn_section, notes
from opsbot.slack.blocks.mrkdwn import clipped, code, cut, date, escaped, listed, packaged_by, person
from opsbot.slack.blocks.stamps import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk.models.blocks import Block

    from opsbot.domain.models import Pause, PublishRequest
    from opsbot.domain.policies import Policy

APPROVE, APPROVE_WITH, DECLINE, CANCEL = "approve_request", "approve_with_comment", "decline_request", "cancel_request"

MARKS = {
    State.PENDING: ":hourglass_flowing_sand:",
    State.APPROVED: ":thumbsup:",
    State.PUBLISHING: ":rocket:",
    State.PUBLISHED: ":white_check_mark:",
    State.FAILED: ":x:",
    State.UNKNOWN: ":grey_question:",
    State.DECLINED: ":no_entry:",
    State.CANCELLED: ":leftwards_arrow_with_hook:",
    State.EXPIRED: ":alarm_clock:",
    State.STALE: ":wastebasket:",
}
NOTES_LIMIT = 600
_OUTCOME_LIMIT = 1000
_MOST_VOTES = 10
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Around:
    """What a card shows beside its request: the policy that decides, who may approve, and the pauses that hold."""

    policy: Policy
    approvers: str
    pauses: tuple[Pause, ...] = ()


def card(request: PublishRequest, around: Around) -> Message:
    """Show a publish request as it is now."""
    wish = request.wish
    what = f"{code(request.version)} of {code(request.service)} to {code(wish.published_service)}"
    headline = f"{MARKS[request.state]} *Request {request.id}*: publish {what}"
    blocks: list[Block] = [mrkdwn_section(headline), _facts(request)]
    blocks += notes(clipped(wish.reason, NOTES_LIMIT), "Why")
    blocks += notes(clipped(wish.package.release_notes, NOTES_LIMIT))
    if wish.difference is not None:
        blocks += difference_blocks(wish.difference)
    blocks += _alerts(request, around)
    blocks.append(_context("\n".join(_standing(request, around))))
    blocks.append(_context(_small_print(request)))
    if request.state is State.PENDING and not wish.break_glass:
        blocks.append(_buttons(stamp(request)))
    return Message(f"Request {request.id}: publish {what}, {request.state.value}", tuple(blocks), _whole(request))


def ending(request: PublishRequest) -> str:  # noqa: PLR0911 - one arm per state
    """Say how a request ended, or where it stands."""
    what = f"{code(request.version)} of {code(request.service)}"
    because = f" {escaped(clipped(request.outcome, _OUTCOME_LIMIT))}" if request.outcome else ""
    match request.state:
        case State.PUBLISHED:
            to = code(request.wish.published_service)
            return f"{what} is published to {to}. {_approved_by(request)}.{because}"
        case State.FAILED:
            return f"{what} was not published.{because} {_approved_by(request)}."
        case State.UNKNOWN:
            return (
                f"Whether {what} is published can't be said.{because} I ask the API Deployer again and again; who looks "
                f"there first may settle it: {code(f'settle {request.id} published|failed --reason TEXT')}"
            )
        case State.DECLINED:
            return f"{what} won't be published: declined by {_decider(request)}."
        case State.CANCELLED:
            return f"{what} won't be published: cancelled by {_decider(request)}."
        case State.EXPIRED:
            return f"{what} was not published: the request expired.{because} Ask again if you still want it."
        case State.STALE:
            return f"{what} was not published:{because} Ask again if you still want it."
        case State.PENDING | State.APPROVED | State.PUBLISHING:
            return f"{what} is {request.state.value}."
        case _:
            assert_never(request.state)


def approvers(request: PublishRequest) -> str:
    """Name all who said yes, in the order in which they did."""
    named = [person(vote.person) for vote in request.votes[:_MOST_VOTES]]
    more = [f"{len(request.votes) - _MOST_VOTES} more"] if len(request.votes) > _MOST_VOTES else []
    return listed([*named, *more])


def votes(request: PublishRequest) -> Iterator[str]:
    """Tell who said yes so far, in which role, and with which words."""
    for vote in request.votes[:_MOST_VOTES]:
        roles = f" as {escaped(', '.join(vote.roles))}" if vote.roles else ""
        said = f": “{escaped(clipped(vote.comment, NOTES_LIMIT))}”" if vote.comment else ""
        yield f":heavy_check_mark: {person(vote.person)}{roles} {date(vote.at)}{said}"
    if len(request.votes) > _MOST_VOTES:
        yield f"and {len(request.votes) - _MOST_VOTES} more"


def _whole(request: PublishRequest) -> str:
    """Write in full, as plain text, what the card cuts; nothing where it cuts nothing."""
    wish = request.wish
    texts = (("Why", wish.reason), ("Release notes", wish.package.release_notes))
    parts = [f"{label}\n{text}" for label, text in texts if len(text) > NOTES_LIMIT]
    if wish.difference is not None and (difference := whole_difference(wish.difference)):
        parts.append(difference)
    return "\n\n".join(parts)


def _facts(request: PublishRequest) -> SectionBlock:
    wish = request.wish
    by = packaged_by(wish.packager, wish.package.created_by, person) or "nobody knows by whom"
    if wish.packager is None and wish.package.created_by:
        by += ", whom nobody here knows"
    facts = [
        f"*Asked by*\n{person(wish.requester)} {date(wish.asked_at)}",
        f"*Packaged*\n{date(wish.package.created_on)} {by}",
    ]
    return SectionBlock(fields=[mrkdwn(fact) for fact in facts])


def _alerts(request: PublishRequest, around: Around) -> Iterator[Block]:
    """Show what nobody may overlook."""
    if request.wish.break_glass:
        yield mrkdwn_section(f":fire: *The glass is broken*: no approval was asked for. {_review(request)}")
    if request.state in {State.PENDING, State.APPROVED}:
        for pause in around.pauses:
            reason = escaped(clipped(pause.reason, NOTES_LIMIT))
            yield mrkdwn_section(f":double_vertical_bar: Publishing is paused by {person(pause.by)}: {reason}")


def _review(request: PublishRequest) -> str:
    if request.review is not None:
        return f"Reviewed by {person(request.review.person)} {date(request.review.at)}."
    if request.review_due is None:
        return "Nothing was published, so nothing is to be reviewed."
    return f"Another person has to review it until {date(request.review_due)}: {code(f'review {request.id} COMMENT')}"


def _standing(request: PublishRequest, around: Around) -> Iterator[str]:
    yield from votes(request)
    match request.state:
        case State.PENDING:
            short = escaped(in_words(lacking(request, around.policy)))
            yield f"Waits for {short}. Could approve: {around.approvers}."
            if request.wish.expires_at is not None:
                yield f"Expires {date(request.wish.expires_at)}."
        case State.APPROVED if request.held:
            yield f"{_approved_by(request)}. It waits: {escaped(clipped(request.held, _OUTCOME_LIMIT))}"
        case State.APPROVED | State.PUBLISHING:
            yield f"{_approved_by(request)}; it is being published."
        case _:
            yield ending(request)


def _small_print(request: PublishRequest) -> str:
    wish = request.wish
    said = f"Policy {code(wish.policy_name)} {code(wish.policy[:_SHORT])}"
    if wish.summary_digest:
        said += f" · package {code((wish.archive_digest or wish.summary_digest)[:_SHORT])}"
    return said if request.head is None else f"{said} · audit {code(request.head.seq)}"


def _approved_by(request: PublishRequest) -> str:
    if not request.votes:
        return "Nobody had to approve it" if request.decision is not None else "Nobody approved it"
    at = f" {date(request.decision.at)}" if request.decision is not None else ""
    return f"Approved by {approvers(request)}{at}"


def _decider(request: PublishRequest) -> str:
    if request.decision is None:
        return "nobody"
    return f"{person(request.decision.person)} {date(request.decision.at)}"


def _context(text: str) -> ContextBlock:
    return ContextBlock(elements=[mrkdwn(cut(text, SECTION_LIMIT))])


def _buttons(value: str) -> ActionsBlock:
    return ActionsBlock(
        elements=[
            ButtonElement(text="Approve", action_id=APPROVE, value=value, style="primary"),
            ButtonElement(text="Approve with a comment…", action_id=APPROVE_WITH, value=value),
            ButtonElement(text="Decline…", action_id=DECLINE, value=value, style="danger"),
            ButtonElement(text="Cancel", action_id=CANCEL, value=value),
        ]
    )
