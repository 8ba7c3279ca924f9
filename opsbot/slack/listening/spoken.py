"""What people write to the bot in words of their own: naming it somewhere, or directly, where nobody else can be meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from opsbot.domain.models import Person
from opsbot.errors import CommandError, MissingWordError, UnknownVerbError
from opsbot.grammar import behind_mention_of, corrected, forms, named, without_mention_of
from opsbot.slack.blocks.address import MENTION, address_in
from opsbot.slack.blocks.introducing import greeting, wordless
from opsbot.slack.blocks.results import apology
from opsbot.slack.doing import Later
from opsbot.slack.listening.payloads import BotMention, DirectMessage
from opsbot.slack.trouble import DID_YOU_MEAN_THIS, in_words, incident, tell_turned_away

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

    Do = Callable[[str, Asker, Later], Answer | None]


_BEHIND_MY_NAME = "I do what stands behind my name, where nothing stands before it."


@dataclass(frozen=True, slots=True)
class SpokenListener:
    """Answers who names the bot, and who writes in their conversation with it; each message once.

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
        return {"app_mention": self.on_mention, "message.im": self.on_message}

    def on_mention(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a message that names the bot."""
        ack()
        try:
            mention = BotMention.model_validate(body)
        except ValidationError:
            incident("a mention could not be read")
            return
        if not mention.is_said_by_somebody:
            return
        refused = self.pool.take(mention.event.user, self._take_mention, mention)
        if refused is not None:
            asker = mention.asker
            tell_turned_away(refused, asker.person.id, self.spare, lambda told: self.replier.whisper(told, asker, None))

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
        refused = self.pool.take(said.event.user, self._take_message, said)
        if refused is not None:
            asker = said.asker
            tell_turned_away(refused, asker.person.id, self.spare, lambda told: self.replier.direct(told, asker))

    def _take_mention(self, mention: BotMention) -> None:
        """Do what a mention asks; all see the answer in the thread of the mention, the asker alone in the channel."""

        def do(text: str, asker: Asker, later: Later) -> Answer | None:
            try:
                return self.doer.do(text, asker, later)
            except UnknownVerbError:
                line = _without_command(self.command_name, behind_mention_of(self.bot_user, mention.event.text))
                if not self.doer.begins_with_verb(line, asker):
                    raise
                asked = CommandError(_BEHIND_MY_NAME, "help")  # it is asked first: “never let @opsbot approve 3”
                return apology(asked, MENTION, DID_YOU_MEAN_THIS, instead=line)

        said = self._do_once(mention, do, Later(None, mention.thread), MENTION)
        if said is not None:
            self.replier.reply(said, mention.asker, None, thread=mention.thread)

    def _take_message(self, message: DirectMessage) -> None:
        thread = message.event.thread_ts
        do = self._ask_for_words if message.is_wordless else self._do_or_greet
        said = self._do_once(message, do, Later(None, thread), address_in(thread, self.command_name))
        if said is not None:
            self.replier.answer_directly(said, message.asker, thread)

    def _do_once(self, said: BotMention | DirectMessage, do: Do, later: Later, address: str) -> Answer | None:
        """Do what was written, in the name of whoever wrote it, unless that was taken before."""
        text = _without_command(self.command_name, without_mention_of(self.bot_user, said.event.text))

        def once() -> Answer | None:
            if not self.seen.is_first(said.event_id, self.clock()):
                return None
            person = Person(said.event.user, self.directory.name(said.event.user))
            asker = replace(said.asker, person=person)
            try:
                return do(named(text, self.directory.known_name), asker, later)
            except MissingWordError as error:
                return self.doer.lacking(error, text, asker, address)

        return in_words(once, address, self.command_name, text)

    def _ask_for_words(self, _text: str, asker: Asker, _later: Later) -> Answer:
        return self.doer.barred(asker) or wordless(asker)

    def _do_or_greet(self, text: str, asker: Asker, later: Later) -> Answer | None:
        """Do what was written; who begins with no verb at all is told, in short, what can be said here.

        So is whose first word is only like a verb, as in “what is this”: with the verb it would ask for nothing, either.
        """
        try:
            return self.doer.do(text, asker, later)
        except UnknownVerbError as error:
            if error.line is not None:
                raise
            if error.near is None or error.near.right == "help" or text.endswith("?"):
                return greeting(asker)
            if not self.doer.understands(corrected(text, error.near) or "", asker):
                return greeting(asker)
            raise


def _without_command(name: str, text: str) -> str:
    """Take the slash command off a line: whoever is used to it writes it where Slack knows none, too.

    Where it is called as a verb is, the word without a slash is that verb.
    """
    first, _, rest = text.partition(" ")
    bare = {name.removeprefix("/")} - forms().keys()
    return rest.lstrip() if first.lower() in {name, *bare} else text
