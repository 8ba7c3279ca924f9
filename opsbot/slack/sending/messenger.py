"""Saying in Slack what is told without being the answer to a command; every message carries a mark to be found by."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, assert_never

from slack_sdk.errors import SlackApiError

from opsbot.domain.authorization import covers
from opsbot.domain.changes import NodeChange
from opsbot.domain.commands import CreatePackage
from opsbot.domain.deliveries import Kind
from opsbot.domain.models import MessageRef, PublishRequest
from opsbot.domain.policy import policy_of
from opsbot.domain.seals import seal
from opsbot.errors import GoneError, NotHereError, SilencedError, TellingError
from opsbot.slack.blocks import changes, told
from opsbot.slack.blocks.address import address_in
from opsbot.slack.blocks.cards import Around, card
from opsbot.slack.blocks.fitting import fitting, text_file
from opsbot.slack.blocks.messages import About, spoken
from opsbot.slack.blocks.mrkdwn import escaped, listed
from opsbot.slack.sending.marks import MARK, find_marked
from opsbot.slack.sending.progress import Budget
from opsbot.slack.sending.saying import post
from opsbot.slack.sending.uploads import Uploads
from opsbot.slack.transport.calls import (
    CALL_ERRORS,
    MarksHiddenError,
    ReplyLostError,
    come_back_after,
    error_code,
    is_gone,
    is_not_here,
    is_shut_out,
    is_unwell,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.domain.authorization import AccessRules
    from opsbot.domain.deliveries import Delivery
    from opsbot.domain.models import Pause
    from opsbot.domain.policies import Policy
    from opsbot.slack.blocks.messages import Message
    from opsbot.slack.directory import SlackDirectory
    from opsbot.slack.transport.client import KeptWebClient

_log = logging.getLogger(__name__)

_MOST_NAMED = 12
_SHUT_OUT_WAIT = 60.0


class SlackMessenger:
    """Posts and edits messages, and finds again what it posted."""

    def __init__(
        self,
        client: KeptWebClient,
        directory: SlackDirectory,
        access: Callable[[], AccessRules],
        *,
        pauses: Callable[[], tuple[Pause, ...]],
        policies: Callable[[], tuple[Policy, ...]],
        command_name: str,
        budget: Budget | None = None,
    ) -> None:
        self._client = client
        self._uploads = Uploads(client)
        self._budget = budget or Budget()
        self._directory = directory
        self._access = access
        self._pauses = pauses
        self._policies = policies
        self._command_name = command_name

    def say(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        """Say it; gives where, or None where there was nothing to say any more."""
        try:
            if delivery.message.kind is Kind.REPAINT:
                return self._repaint(subject)
            listener = _only_listener(delivery, subject)
            if listener is not None:
                self._whisper(delivery, subject, listener)
                return None
            return self._post(delivery, subject)
        except CALL_ERRORS as error:
            self._budget.close_for(come_back_after(error) or 0.0)
            raise telling_error(error) from error

    def find(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        """Find where it was said already, by its mark."""
        thread = _thread(delivery, subject)
        try:
            return find_marked(self._client, delivery.message.channel, thread, _mark(delivery, subject))
        except CALL_ERRORS as error:
            raise telling_error(error, uncertain=True) from error

    def _post(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef:
        message = fitting(self._worded(delivery, subject))
        mark = {"event_type": MARK, "event_payload": _mark(delivery, subject)}
        channel, thread = delivery.message.channel, _thread(delivery, subject)
        try:
            said = post(self._client, message, channel, thread, mark)
        except CALL_ERRORS as error:
            if thread is None or not is_gone(error) or isinstance(subject, PublishRequest):
                raise
            said = post(self._client, message, channel, None, mark)  # who asked in a thread hears, though it is gone
        if message.whole and isinstance(subject, PublishRequest):
            self._attach(message, said, subject)
        return said

    def _attach(self, message: Message, card: MessageRef, request: PublishRequest) -> None:
        """Put what a card cuts into its thread, whole; the card stands without it, so that this never fails."""
        name = f"request-{request.id}.txt"
        try:
            self._uploads.offer(text_file(message.whole, name, f"Request {request.id} in full"), card.channel, card.ts)
        except CALL_ERRORS as error:
            _log.warning("%s could not be given: %s", name, error_code(error))

    def _repaint(self, subject: PublishRequest | NodeChange) -> MessageRef | None:
        there = subject.card if isinstance(subject, PublishRequest) else subject.message
        if there is None:
            return None
        if isinstance(subject, PublishRequest):
            message = fitting(card(subject, self._around(subject)))
        else:
            message = fitting(changes.shown(subject, self._address(subject)))
        self._budget.spend()
        self._client.chat_update(channel=there.channel, ts=there.ts, text=spoken(message), blocks=message.blocks)
        return there

    def _whisper(self, delivery: Delivery, subject: PublishRequest | NodeChange, user: str) -> None:
        message = fitting(self._worded(delivery, subject))

        def whisper(thread: str | None) -> None:
            self._client.chat_postEphemeral(
                channel=delivery.message.channel,
                user=user,
                text=spoken(message),
                blocks=message.blocks or None,
                thread_ts=thread,
            )

        thread = _thread(delivery, subject)
        try:
            whisper(thread)
        except CALL_ERRORS as error:
            if thread is None or not is_gone(error):
                raise
            whisper(None)

    def _worded(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> Message:
        if isinstance(subject, PublishRequest):
            return self._of_request(delivery, subject)
        return self._of_change(delivery, subject)

    def _of_change(self, delivery: Delivery, change: NodeChange) -> Message:
        match delivery.message.kind:
            case Kind.CHANGE:
                return changes.shown(change, self._address(change), delivery.message.text)
            case Kind.CHANGE_ENDED if _is_told_beside(delivery, change):
                return changes.reply(change, self._address(change))
            case _:
                return changes.outcome(change, self._address(change))

    def _address(self, change: NodeChange) -> str:
        return address_in(change.asked_in.thread, self._command_name)

    def _of_request(self, delivery: Delivery, request: PublishRequest) -> Message:  # noqa: PLR0911 - one arm per kind
        kind = delivery.message.kind
        match kind:
            case Kind.CARD | Kind.REPAINT:
                return card(request, self._around(request))
            case Kind.VOTED:
                return told.voted(request, delivery.message.text, policy_of(request, self._policies()))
            case Kind.HELD:
                return told.held(request)
            case Kind.REMINDER:
                return told.reminder(
                    request, self._approvers(request, policy_of(request, self._policies()), reach=True)
                )
            case Kind.OUTCOME:
                return told.outcome(request)
            case Kind.REVIEW:
                return told.review(request)
            case Kind.CARD_REFUSED:
                return told.card_refused(request, delivery.message.text, self._command_name)
            case (
                Kind.CHANGE
                | Kind.CHANGE_ENDED
                | Kind.NEWS
                | Kind.NODE
                | Kind.WATCH_STOPPED
                | Kind.DIGEST
                | Kind.WATCH_TEST
                | Kind.TEST_ARRIVED
                | Kind.TEST_FAILED
                | Kind.HOME
            ):
                raise ValueError(f"a request has no {kind}")
            case _:
                assert_never(kind)

    def _around(self, request: PublishRequest) -> Around:
        policy = policy_of(request, self._policies())
        pauses = tuple(pause for pause in self._pauses() if covers((pause.services,), request.service))
        return Around(policy, self._approvers(request, policy), pauses)

    def _approvers(self, request: PublishRequest, policy: Policy, *, reach: bool = False) -> str:
        """Name who could approve: people so that Slack tells them, groups so that it doesn't.

        To `reach` those in groups, too, they are named one by one, as far as Slack says who they are.
        """
        roles = [role for role, _ in policy.quorum]
        access = self._access()
        holding = [access.holders(role, request.service, request.wish.card_channel) for role in roles]
        excluded = set() if policy.requester_may_approve else {request.wish.requester.id}
        excluded |= {vote.person.id for vote in request.votes}
        if request.wish.packager is not None and not policy.packager_may_approve:
            excluded.add(request.wish.packager.id)
        groups = sorted({group for _, groups in holding for group in groups})
        users = {user for users, _ in holding for user in users}
        if reach:
            members = {group: self._directory.members(group) for group in groups}
            users |= frozenset().union(*members.values())
            groups = [group for group in groups if not members[group]]
        people = sorted(users - excluded)
        named = [f"<@{user}>" for user in people] + [escaped(self._directory.handle(group)) for group in groups]
        more = [f"{len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else []
        wanted = " or ".join(roles) or "approve"
        return listed([*named[:_MOST_NAMED], *more]) if named else f"nobody here; a grant of “{wanted}” is missing"


def _only_listener(delivery: Delivery, subject: PublishRequest | NodeChange) -> str | None:
    """Name the one person in the channel whom it is for; None where it is for all of it."""
    if isinstance(subject, PublishRequest) or delivery.message.kind is not Kind.CHANGE_ENDED or not subject.is_private:
        return None
    return subject.by.id if delivery.message.channel != subject.by.id else None


def _thread(delivery: Delivery, subject: PublishRequest | NodeChange) -> str | None:
    kind, channel = delivery.message.kind, delivery.message.channel
    if isinstance(subject, NodeChange):
        asked_in = subject.asked_in.thread if subject.asked_in.channel == channel else None
        if kind is Kind.CHANGE_ENDED and asked_in is None and _is_told_beside(delivery, subject):
            return subject.message.ts if subject.message is not None else None
        return asked_in
    if kind is Kind.CARD or subject.card is None:
        return None
    return subject.card.ts if subject.card.channel == channel else None


def _is_told_beside(delivery: Delivery, change: NodeChange) -> bool:
    """Tell whether the message about the change is where the delivery goes, too."""
    return change.message is not None and change.message.channel == delivery.message.channel


def _mark(delivery: Delivery, subject: PublishRequest | NodeChange) -> dict[str, Any]:
    mark: dict[str, Any] = {"delivery": delivery.id, "kind": delivery.message.kind.value}
    if isinstance(subject, NodeChange) and isinstance(subject.wanted, CreatePackage):
        mark |= About(subject.service, subject.wanted.version).payload
    if isinstance(subject, PublishRequest):
        mark |= About(subject.service, subject.version).payload
        mark |= {"request": subject.id, "seal": seal(subject)}
        if subject.head is not None:
            mark["head"] = str(subject.head)
    return mark


def telling_error(error: Exception, *, uncertain: bool = False) -> TellingError:  # noqa: PLR0911 - one per kind
    """Say what Slack's refusal, or its silence, means for another try."""
    code = error_code(error)
    if is_gone(error):
        return GoneError("The message that it belongs to was deleted.", uncertain=uncertain)
    if is_not_here(error):
        return NotHereError(f"Slack says {code}.", uncertain=uncertain)
    if is_shut_out(error):
        return SilencedError(f"Slack says {code}.", again=True, after=_SHUT_OUT_WAIT, uncertain=uncertain)
    if isinstance(error, SlackApiError):
        after = come_back_after(error)
        if after is not None:
            return TellingError("Slack asks to come back later.", again=True, after=after, uncertain=uncertain)
        again = is_unwell(error)
        return TellingError(f"Slack says {code}.", again=again, uncertain=uncertain or again)
    if isinstance(error, MarksHiddenError):
        return TellingError(f"Slack says {code}.", uncertain=uncertain)
    lost = isinstance(error, ReplyLostError)
    return TellingError(f"Slack doesn't answer ({code}).", again=True, uncertain=uncertain or lost)
