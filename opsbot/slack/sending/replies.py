"""Sending an answer: a parent message with its detail and its files in the thread, or for the asker's eyes only.

Slack takes so many messages a minute of an app and no more. An answer waits for its turn a little; then it goes by the
response_url of what was asked, of which Slack takes a few for every question, and for half an hour: nobody waits for
others' answers.
"""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import replace
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ContextBlock

from opsbot.domain.files import size_in_words
from opsbot.domain.models import HOME
from opsbot.slack.blocks.fitting import fitted, fitting, text_file
from opsbot.slack.blocks.messages import TEXT_LIMIT, Answer, Message, joined, mrkdwn, mrkdwn_section, spoken
from opsbot.slack.blocks.mrkdwn import code, cut
from opsbot.slack.sending.saying import say
from opsbot.slack.sending.uploads import Uploads, discard, size_of
from opsbot.slack.transport.calls import CALL_ERRORS, UrlRefusedError, come_back_after, error_code, is_not_here

if TYPE_CHECKING:
    from opsbot.actions.ports import Progresses
    from opsbot.domain.files import Attachment
    from opsbot.domain.models import Asker, MessageRef
    from opsbot.slack.transport.client import KeptWebClient

_log = logging.getLogger(__name__)

_PATIENCE = 3.0
"""Seconds that an answer waits for its turn; a channel takes about one message a second."""

_FOR_FILES = 60.0
"""Seconds that a file waits for Slack to take it: it may have been long in coming, and goes no other way."""

_DIRECTLY = "The file is in our direct conversation: in a channel it would be there for everybody."


class Replier:
    """Replies where somebody asked. Never raises: what can't be sent is logged."""

    def __init__(self, client: KeptWebClient, bot_user: str, progress: Progresses) -> None:
        self._client = client.with_patience(_PATIENCE)
        self._bot_user = bot_user
        self._progress = progress
        self._uploads = Uploads(client.with_patience(_FOR_FILES), saying=self._client)
        self._crowded_until = 0.0

    def reply(self, answer: Answer, asker: Asker, response_url: str | None, thread: str | None = None) -> None:
        """Send the answer: to all where it was asked, in the thread if one is named, or to the asker alone.

        Its files are sent, and then deleted here.
        """
        try:
            if answer.instead_of is not None:
                here = answer.instead_of.channel == asker.place.channel  # else the url leads elsewhere than the message
                there = (thread, response_url) if here else (None, None)
                self._end(fitted(answer), answer.instead_of, *there)
            elif answer.private:
                self.whisper(answer.in_one(), asker, response_url, answer.files)
            else:
                self._post(answer, asker, response_url, thread)
        except CALL_ERRORS as error:
            self._fall_back(answer, asker, response_url, error)
        finally:
            for file in answer.files:
                discard(file)

    def whisper(
        self, message: Message, asker: Asker, response_url: str | None, files: tuple[Attachment, ...] = ()
    ) -> None:
        """Tell the asker alone; what doesn't fit is given to them as a file, beside others."""
        shown = fitting(message)
        self._whisper(shown, asker, response_url, _with_whole(files, shown))

    def direct(self, message: Message, asker: Asker) -> None:
        """Tell the asker in their conversation with the bot."""
        try:
            say(self._client, fitting(message), asker.person.id)
        except CALL_ERRORS as error:
            _log.warning("an answer could not be sent: %s", error_code(error))

    def answer_directly(self, answer: Answer, asker: Asker, thread: str | None) -> None:
        """Answer in the conversation with the bot, where what is for the asker's eyes only needs no hiding."""
        shown = fitting(answer.in_one())
        if not answer.private or answer.files or shown.whole:
            self.reply(answer, asker, None, thread)
            return
        try:
            say(self._client, shown, asker.place.channel, thread)
        except CALL_ERRORS as error:
            _log.info("an answer could not be posted in %s: %s", asker.place.channel, error_code(error))
            self._whisper(shown, asker, None)

    def replace(self, message: Message, click_url: str, asker: Asker) -> None:
        """Put another message in the place of the one that was clicked; who clicked gets what doesn't fit as a file."""
        shown = fitting(message)
        try:
            self._respond(click_url, {"replace_original": True}, shown)
        except CALL_ERRORS as error:
            _log.warning("a message could not be replaced: %s", error_code(error))
        if shown.whole:
            self._whisper(Message("That page is long."), asker, click_url, (text_file(shown.whole),))

    def _post(self, answer: Answer, asker: Asker, url: str | None, thread: str | None) -> None:
        """Post the answer; where messages must wait, in one by the url. What is begun already has the room that there is."""
        parent = None
        if url is None or monotonic() >= self._crowded_until:
            headline = Message(cut(answer.headline, TEXT_LIMIT), about=answer.about)
            parent = self._say(headline, asker.place.channel, thread, url)
        if parent is not None:
            self._follow(fitted(answer), parent, thread, url)
        elif url is not None:
            self._respond_to_all(answer, asker, url, thread)

    def _respond_to_all(self, answer: Answer, asker: Asker, url: str, thread: str | None) -> None:
        """Say all of it in one message by the url, where the bot itself needn't be; then files are given to the asker."""
        shown = fitting(answer.in_one())
        self._respond(url, _to_all(thread), shown)
        files = _with_whole(answer.files, shown)
        try:
            while files:
                self._uploads.offer(files[0], asker.place.channel, thread)
                files = files[1:]
        except CALL_ERRORS as error:
            _log.info("a file could not be put into %s: %s", asker.place.channel, error_code(error))
            self._whisper(Message("The file of this answer couldn't go into the channel."), asker, url, files)

    def _follow(self, answer: Answer, parent: MessageRef, thread: str | None, url: str | None) -> None:
        """Put detail and files into the thread; by the url all the rest goes in one, since Slack takes few there."""
        below, files = thread or parent.ts, answer.files
        for said, detail in enumerate(answer.details):
            if self._say(detail, parent.channel, below, url) is None and url is not None:
                rest = fitting(joined(answer.details[said:]))
                self._respond(url, _to_all(below), rest)
                if not any(each.whole for each in answer.details):  # else that file is there already
                    files = _with_whole(files, rest)
                break
        for file in files:
            self._uploads.offer(file, parent.channel, below)

    def _say(self, message: Message, channel: str, thread: str | None, url: str | None) -> MessageRef | None:
        """Post a message; None where it would have to wait for long, and there is another way."""
        try:
            return say(self._client, message, channel, thread)
        except SlackApiError as error:
            seconds = come_back_after(error)
            if seconds is None:
                raise
            self._crowded_until = monotonic() + seconds
            if url is None:
                raise
            return None

    def _end(self, answer: Answer, at: MessageRef, thread: str | None, url: str | None) -> None:
        """Send the files while the message that told how it went still does; then let it say the outcome."""
        sizes = ", ".join(f"{file.name}, {size_in_words(size_of(file))}" for file in answer.files)
        going_on = self._progress.over(lambda: at, f"Sending {sizes} to Slack") if sizes else nullcontext()
        try:
            with going_on:
                self._follow(answer, at, thread, url)
        finally:
            self._conclude(cut(answer.headline, TEXT_LIMIT), at, thread)

    def _conclude(self, headline: str, at: MessageRef, thread: str | None) -> None:
        try:
            blocks = (mrkdwn_section(headline),)
            self._client.chat_update(channel=at.channel, ts=at.ts, text=headline, blocks=blocks)
        except CALL_ERRORS as error:
            _log.warning("an outcome could not be shown where it went on: %s", error_code(error))
            say(self._client, Message(headline), at.channel, thread or at.ts)

    def _fall_back(self, answer: Answer, asker: Asker, response_url: str | None, error: Exception) -> None:
        _log.info("an answer could not be posted in %s: %s", asker.place.channel, error_code(error))
        hint = "I could not post this for everybody; only you see it."
        if come_back_after(error) is not None:
            hint = "Slack takes no more messages for everybody just now; only you see this."
        if is_not_here(error):
            hint = f"I'm not in this channel, so only you see this. To have me answer everybody: `/invite` <@{self._bot_user}>"
        told = Answer(hint, (Message(answer.headline), *answer.details))
        self.whisper(told.in_one(), asker, response_url, answer.files)

    def _whisper(
        self, message: Message, asker: Asker, response_url: str | None, files: tuple[Attachment, ...] = ()
    ) -> None:
        """Tell the asker alone what fits. Files can't be shown to one person in a channel: these are given directly."""
        if files:
            note = ContextBlock(elements=[mrkdwn(self._given_directly(files, asker, message.text.partition("\n")[0]))])
            blocks = message.blocks or (mrkdwn_section(message.text),)
            message = replace(message, blocks=(*blocks, note))
        if response_url is not None and self._is_told(message, response_url):
            return
        try:
            self._whisper_in_channel(message, asker)
        except CALL_ERRORS as error:
            if is_not_here(error):
                self.direct(message, asker)
            else:
                _log.warning("an answer could not be sent: %s", error_code(error))

    def _is_told(self, message: Message, url: str) -> bool:
        """Tell the asker by the url; tells whether Slack took that."""
        try:
            self._respond(url, {"response_type": "ephemeral"}, message)
        except CALL_ERRORS as error:
            _log.warning("an answer could not go by its response_url: %s", error_code(error))
            return False
        return True

    def _given_directly(self, files: tuple[Attachment, ...], asker: Asker, headline: str) -> str:
        """Give files to the asker directly; gives what to say about that."""
        try:
            self._uploads.hand_over(files, asker.person.id, headline)
        except CALL_ERRORS as error:
            _log.warning("files could not be given to %s: %s", asker.person.id, error_code(error))
            return f"I couldn't give you the file: Slack says {code(error_code(error))}."
        return _DIRECTLY

    def _whisper_in_channel(self, message: Message, asker: Asker) -> None:
        if asker.place == HOME:  # no channel: it is told in the conversation with the bot
            say(self._client, message, asker.person.id)
            return
        self._client.chat_postEphemeral(
            channel=asker.place.channel,
            user=asker.person.id,
            text=spoken(message),
            blocks=message.blocks or None,
            thread_ts=asker.place.thread,
        )

    def _respond(self, url: str, how: dict[str, Any], message: Message) -> None:
        """Answer by a response_url; raises CALL_ERRORS. Slack shows it to the asker alone, unless `how` says otherwise."""
        blocks = [block.to_dict() for block in message.blocks]
        text = {"replace_original": False, **how, "text": spoken(message)}
        status = self._client.post_json(url, {**text, "blocks": blocks} if blocks else text)
        if status >= HTTPStatus.BAD_REQUEST and blocks:
            _log.warning("Slack refused an answer to its response_url: %d", status)
            status = self._client.post_json(url, text)
        if status >= HTTPStatus.BAD_REQUEST:
            raise UrlRefusedError(f"Slack answered {status} to what was posted to a response_url.")


def _with_whole(files: tuple[Attachment, ...], shown: Message) -> tuple[Attachment, ...]:
    """Add what a message doesn't show of what it says."""
    return (*files, text_file(shown.whole)) if shown.whole else files


def _to_all(thread: str | None) -> dict[str, str]:
    return {"response_type": "in_channel"} | ({"thread_ts": thread} if thread is not None else {})
