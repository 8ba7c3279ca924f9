"""What somebody writes to the bot directly: it is taken as if the bot was named, since nobody else can be meant."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from opsbot.domain.models import Person
from opsbot.errors import UnknownVerbError
from opsbot.grammar import without_mention_of
from opsbot.slack.blocks.address import address_in
from opsbot.slack.blocks.introducing import greeting
from opsbot.slack.blocks.messages import Message
from opsbot.slack.doing import Later
from opsbot.slack.listening.payloads import DirectMessage
from opsbot.slack.trouble import in_words, incident, turned_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from opsbot.domain.models import Asker
    from opsbot.slack.blocks.messages import Answer
    from opsbot.slack.directory import SlackDirectory
    from opsbot.slack.doing import Doer
    from opsbot.slack.listening.doors import Ack, SeenEvents
    from opsbot.slack.sending.replies import Replier
    from opsbot.slack.transport.pool import Pool

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DirectListener:
    """Answers what people write in their conversation with the bot, and nothing else that happens there.

    What the bot says itself, other bots, edits and deletions are passed over, so that no answer can cause another.
    """

    doer: Doer
    pool: Pool
    spare: Pool
    replier: Replier
    directory: SlackDirectory
    seen: SeenEvents
    clock: Callable[[], datetime]
    command_name: str
    bot_user: str

    @property
    def events(self) -> Mapping[str, Callable[[Ack, dict[str, Any]], None]]:
        """Name the events that are listened to, each with its listener."""
        return {"message.im": self.on_message}

    def on_message(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take what was written to the bot."""
        ack()
        try:
            said = DirectMessage.model_validate(body)
        except ValidationError:
            incident("a direct message could not be read")
            return
        if not said.is_said_to(self.bot_user):
            return
        refused = self.pool.take(said.event.user, self._take, said)
        if refused is not None and not self.spare.submit(
            self.replier.direct, Message(turned_away(refused)), said.asker
        ):
            _log.warning("%s could not even be told that there is too much to do", said.event.user)

    def _take(self, message: DirectMessage) -> None:
        text = without_mention_of(self.bot_user, message.event.text)
        thread = message.event.thread_ts

        def do() -> Answer | None:
            if not self.seen.is_first(message.event_id, self.clock()):
                return None
            person = Person(message.event.user, self.directory.name(message.event.user))
            return self._do(text, replace(message.asker, person=person), Later(None, thread))

        said = in_words(do, address_in(thread, self.command_name), self.command_name, text)
        if said is not None:
            self.replier.answer_directly(said, message.asker, thread)

    def _do(self, text: str, asker: Asker, later: Later) -> Answer | None:
        """Do what was written; who begins with no verb at all is told, in short, what can be said here."""
        try:
            return self.doer.do(text, asker, later)
        except UnknownVerbError as error:
            if error.near is not None and error.near.right != "help" and not text.endswith("?"):
                raise
            return greeting(asker)
