"""What is told without being the answer to a command: cards, outcomes, new packages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opsbot.domain.authorization import Permission
from opsbot.slack.calls import CALL_ERRORS, error_code, is_not_here
from opsbot.slack.cards import card, outcome, packaged
from opsbot.slack.mrkdwn import escaped, listed
from opsbot.slack.saying import say

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from opsbot.domain.authorization import AccessRules
    from opsbot.domain.models import MessageRef, Package, Person, PublishRequest
    from opsbot.domain.references import ServiceRef
    from opsbot.slack.directory import SlackDirectory
    from opsbot.slack.messages import Message

_log = logging.getLogger(__name__)

_MOST_NAMED = 12


class SlackAnnouncer:
    """Posts and edits messages. Never raises: what can't be told is logged."""

    def __init__(self, client: WebClient, access: AccessRules, directory: SlackDirectory) -> None:
        self._client = client
        self._directory = directory
        self._access = access

    def post_card(self, request: PublishRequest, channel: str) -> MessageRef | str:
        """Post the card of a request; a sentence where Slack refuses."""
        try:
            return say(self._client, card(request, self._approvers(request, channel)), channel)
        except CALL_ERRORS as error:
            _log.warning("the card of request %d can't be posted: %s", request.id, error_code(error))
            if is_not_here(error):
                return "I'm not in its channel. Invite me there, and ask again."
            return f"Slack says {error_code(error)}."

    def repaint(self, request: PublishRequest) -> None:
        """Show the request on its card as it is now."""
        if request.card is None:
            return
        message = card(request, self._approvers(request, request.card.channel))
        try:
            self._client.chat_update(
                channel=request.card.channel, ts=request.card.ts, text=message.text, blocks=message.blocks
            )
        except CALL_ERRORS as error:
            _log.warning("the card of request %d can't be repainted: %s", request.id, error_code(error))

    def withdraw(self, card: MessageRef) -> None:
        """Take back a card that does not count."""
        try:
            self._client.chat_delete(channel=card.channel, ts=card.ts)
        except CALL_ERRORS as error:
            _log.warning("a card that does not count can't be taken back: %s", error_code(error))

    def tell_outcome(self, request: PublishRequest) -> None:
        """Say in the card's thread what became of the request; without a card, where it was asked."""
        thread = request.card.ts if request.card is not None else None
        channel = request.card.channel if request.card is not None else request.wish.asked_in
        self._tell(outcome(request), channel, thread)

    def tell_packaged(self, service: ServiceRef, package: Package, by: Person, channels: tuple[str, ...]) -> None:
        """Announce a new package in the channels."""
        for channel in channels:
            self._tell(packaged(service, package, by), channel, None)

    def _tell(self, message: Message, channel: str, thread: str | None) -> None:
        try:
            say(self._client, message, channel, thread)
        except CALL_ERRORS as error:
            _log.warning("nothing could be said in %s: %s", channel, error_code(error))

    def _approvers(self, request: PublishRequest, channel: str) -> str:
        """Name who may approve there: people so that Slack tells them, groups so that it doesn't."""
        users, groups = self._access.named_for(Permission.APPROVE, request.service, channel)
        people = [f"<@{user}>" for user in sorted(users - {request.wish.requester.id})]
        named = [*people, *(escaped(self._directory.handle(group)) for group in sorted(groups))]
        more = [f"{len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else []
        return listed([*named[:_MOST_NAMED], *more]) if named else "nobody here; a grant of “approve” is missing"
