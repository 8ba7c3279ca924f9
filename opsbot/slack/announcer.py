"""What is told without being the answer to a command: cards, outcomes, new packages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opsbot.domain.authorization import Permission
from opsbot.domain.models import MessageRef
from opsbot.slack.calls import CALL_ERRORS, error_code, is_not_here
from opsbot.slack.cards import card, outcome, packaged
from opsbot.slack.mrkdwn import listed

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from opsbot.domain.authorization import AccessRules
    from opsbot.domain.models import Package, Person, PublishRequest
    from opsbot.domain.references import ServiceRef
    from opsbot.slack.messages import Message

_log = logging.getLogger(__name__)


class SlackAnnouncer:
    """Posts and edits messages. Never raises: what can't be told is logged."""

    def __init__(self, client: WebClient, access: AccessRules) -> None:
        self._client = client
        self._access = access

    def post_card(self, request: PublishRequest, channel: str) -> MessageRef | str:
        """Post the card of a request; a sentence where Slack refuses."""
        try:
            return self._post(card(request, self._approvers(request)), channel)
        except CALL_ERRORS as error:
            _log.warning("the card of request %d can't be posted: %s", request.id, error_code(error))
            if is_not_here(error):
                return f"I'm not in the channel {channel}; invite me there."
            return f"Slack says {error_code(error)}."

    def repaint(self, request: PublishRequest) -> None:
        """Show the request on its card as it is now."""
        if request.card is None:
            return
        message = card(request, self._approvers(request))
        try:
            self._client.chat_update(
                channel=request.card.channel, ts=request.card.ts, text=message.text, blocks=message.blocks
            )
        except CALL_ERRORS as error:
            _log.warning("the card of request %d can't be repainted: %s", request.id, error_code(error))

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
            self._post(message, channel, thread)
        except CALL_ERRORS as error:
            _log.warning("nothing could be said in %s: %s", channel, error_code(error))

    def _post(self, message: Message, channel: str, thread: str | None = None) -> MessageRef:
        reply = self._client.chat_postMessage(
            channel=channel, text=message.text, blocks=message.blocks or None, thread_ts=thread, unfurl_links=False
        )
        return MessageRef(str(reply["channel"]), str(reply["ts"]))

    def _approvers(self, request: PublishRequest) -> str:
        """Name who may approve: people so that Slack tells them, groups so that it doesn't."""
        users, groups = self._access.named_for(Permission.APPROVE, request.service)
        people = [f"<@{user}>" for user in sorted(users - {request.wish.requester.id})]
        named = [f"@{group.removeprefix('@')}" for group in sorted(groups)]
        return listed(people + named) if people or named else "nobody; a grant of “approve” is missing"
