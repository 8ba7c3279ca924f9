"""Sending an answer: a parent message with its detail in the thread, or for the asker's eyes only."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from opsbot.slack.calls import CALL_ERRORS, error_code, is_not_here
from opsbot.slack.messages import TEXT_LIMIT, Answer, Message
from opsbot.slack.mrkdwn import cut
from opsbot.slack.saying import say

if TYPE_CHECKING:
    from slack_sdk.models.views import View

    from opsbot.domain.models import Asker
    from opsbot.slack.client import KeptWebClient

_log = logging.getLogger(__name__)


class Replier:
    """Replies where somebody asked. Never raises: what can't be sent is logged."""

    def __init__(self, client: KeptWebClient, bot_user: str) -> None:
        self._client = client
        self._bot_user = bot_user

    def reply(self, answer: Answer, asker: Asker, response_url: str | None, thread: str | None = None) -> None:
        """Send the answer: to all where it was asked, in the thread if one is named, or to the asker alone."""
        if answer.private:
            self.whisper(answer.in_one(), asker, response_url)
            return
        try:
            self._post(answer, asker.place.channel, thread)
        except CALL_ERRORS as error:
            self._fall_back(answer, asker, response_url, error)

    def whisper(self, message: Message, asker: Asker, response_url: str | None) -> None:
        """Tell the asker alone."""
        try:
            if response_url is not None:
                self._respond(response_url, {"response_type": "ephemeral", "replace_original": False}, message)
            else:
                self._whisper_in_channel(message, asker)
        except CALL_ERRORS as error:
            if response_url is None and is_not_here(error):
                self.direct(message, asker)
            else:
                _log.warning("an answer could not be sent: %s", error_code(error))

    def direct(self, message: Message, asker: Asker) -> None:
        """Tell the asker in their conversation with the bot."""
        try:
            say(self._client, message, asker.person.id)
        except CALL_ERRORS as error:
            _log.warning("an answer could not be sent: %s", error_code(error))

    def replace(self, message: Message, click_url: str) -> None:
        """Put another message in the place of the one that was clicked."""
        try:
            self._respond(click_url, {"replace_original": True}, message)
        except CALL_ERRORS as error:
            _log.warning("a message could not be replaced: %s", error_code(error))

    def open_form(self, trigger_id: str, form: View) -> None:
        """Open a form before whoever clicked."""
        try:
            self._client.views_open(trigger_id=trigger_id, view=form)
        except CALL_ERRORS as error:
            _log.warning("a form could not be opened: %s", error_code(error))

    def _post(self, answer: Answer, channel: str, thread: str | None) -> None:
        parent = say(self._client, Message(cut(answer.headline, TEXT_LIMIT), about=answer.about), channel, thread)
        for detail in answer.details:
            say(self._client, detail, channel, thread or parent.ts)

    def _fall_back(self, answer: Answer, asker: Asker, response_url: str | None, error: Exception) -> None:
        _log.info("an answer could not be posted in %s: %s", asker.place.channel, error_code(error))
        hint = "I could not post this for everybody; only you see it."
        if is_not_here(error):
            hint = f"I'm not in this channel, so only you see this. To have me answer everybody: `/invite` <@{self._bot_user}>"
        self.whisper(Answer(hint, (answer.in_one(),)).in_one(), asker, response_url)

    def _whisper_in_channel(self, message: Message, asker: Asker) -> None:
        self._client.chat_postEphemeral(
            channel=asker.place.channel,
            user=asker.person.id,
            text=message.text,
            blocks=message.blocks or None,
            thread_ts=asker.place.thread,
        )

    def _respond(self, url: str, how: dict[str, Any], message: Message) -> None:
        blocks = [block.to_dict() for block in message.blocks]
        plain = {**how, "text": message.text}
        status = self._client.post_json(url, {**plain, "blocks": blocks} if blocks else plain)
        if status >= 400:  # noqa: PLR2004 - HTTP's errors begin there
            _log.warning("Slack refused an answer to its response_url: %d", status)
            if blocks:
                self._client.post_json(url, plain)
