"""What Slack tells us: acknowledged at once, then read, handed over, rendered, and replied to."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from opsbot.domain.commands import Approve, Cancel, Decline
from opsbot.domain.models import Asker, Person, Place
from opsbot.domain.results import Refused
from opsbot.errors import CommandError, OpsbotError
from opsbot.grammar import parse, without_mention_of
from opsbot.slack import cards
from opsbot.slack.blocks import TURN_PAGE, answer
from opsbot.slack.messages import Answer, Message
from opsbot.slack.mrkdwn import code, escaped
from opsbot.slack.payloads import BotMention, Click, SlashCommand

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.domain.commands import Decide
    from opsbot.slack.directory import SlackDirectory
    from opsbot.slack.pool import Pool
    from opsbot.slack.replies import Replier

_log = logging.getLogger(__name__)

BUSY = "I have more to do than I can keep up with just now. Nothing was done; please try again in a moment."

_DECISIONS: dict[str, Callable[[int], Decide]] = {
    cards.APPROVE: Approve,
    cards.DECLINE: Decline,
    cards.CANCEL: Cancel,
}


class SeenEvents(Protocol):
    """The events that were taken already."""

    def is_first(self, event: str, now: datetime) -> bool:
        """Remember the event; tells whether it is new."""
        ...


class Ack(Protocol):
    """Bolt's way to acknowledge."""

    def __call__(self, text: str = "") -> object:
        """Acknowledge; a text is shown to the asker alone."""
        ...


@dataclass(frozen=True, slots=True)
class Listeners:
    """One method per kind of payload. None of them lets an error out, since that would cost the acknowledgement."""

    dispatcher: Dispatcher
    pool: Pool
    replier: Replier
    directory: SlackDirectory
    seen: SeenEvents
    clock: Callable[[], datetime]
    command_name: str
    bot_user: str

    def on_command(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a slash command."""
        try:
            command = SlashCommand.model_validate(body)
        except ValidationError:
            ack(_incident("a slash command could not be read"))
            return
        taken = self.pool.submit(self._answer, command.text, command.asker, command.response_url)
        ack() if taken else ack(BUSY)

    def on_click(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a click on one of our buttons."""
        ack()
        try:
            click = Click.model_validate(body)
        except ValidationError:
            _incident("a click could not be read")
            return
        if not self.pool.submit(self._take_click, click):
            self.replier.whisper(Message(BUSY), click.asker, click.response_url)

    def on_mention(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a message that names the bot."""
        ack()
        try:
            mention = BotMention.model_validate(body)
        except ValidationError:
            _incident("a mention could not be read")
            return
        if not self.pool.submit(self._take_mention, mention):
            asker = Asker(Person(mention.event.user, mention.event.user), mention.place)
            self.replier.whisper(Message(BUSY), asker, None)

    def _answer(self, text: str, asker: Asker, response_url: str | None) -> None:
        said = self._in_words(lambda: self._do(text, asker))
        if said is not None:
            self.replier.reply(said, asker, response_url)

    def _do(self, text: str, asker: Asker) -> Answer | None:
        """Read a line, do what it asks, and say what came of it."""
        typed = parse(text, self.dispatcher.defaults(asker.place))
        said = answer(self.dispatcher.do(typed.command, asker), asker, self.command_name)
        return replace(said, private=True) if said is not None and typed.private else said

    def _take_click(self, click: Click) -> None:
        if click.action.startswith(TURN_PAGE):
            self._turn_page(click)
        elif click.action in _DECISIONS:
            self._decide(click)
        else:
            _log.warning("a button is clicked that means nothing: %s", click.action)

    def _decide(self, click: Click) -> None:
        """Decide as the clicked button says; the card and its thread show it, only a refusal is told apart."""

        def do() -> Answer | None:
            result = self.dispatcher.do(_DECISIONS[click.action](_number(click.value)), click.asker)
            return answer(result, click.asker, self.command_name) if isinstance(result, Refused) else None

        said = self._in_words(do)
        if said is not None:
            self.replier.whisper(said.in_one(), click.asker, click.response_url)

    def _turn_page(self, click: Click) -> None:
        """Show another page in the same message, if whoever clicked may see it."""
        said = self._in_words(lambda: self._do(click.value, click.asker))
        if said is None:
            return
        if said.private:
            self.replier.whisper(said.in_one(), click.asker, click.response_url)
        else:
            page = said.in_one() if click.container.is_ephemeral or not said.details else said.details[0]
            self.replier.replace(page, click.response_url)

    def _take_mention(self, mention: BotMention) -> None:
        if not self.seen.is_first(mention.event_id, self.clock()):
            return
        event = mention.event
        asker = Asker(
            Person(event.user, self.directory.name(event.user)), Place(event.channel, event.thread_ts or event.ts)
        )
        self._answer(without_mention_of(self.bot_user, event.text), asker, None)

    def _in_words(self, job: Callable[[], Answer | None]) -> Answer | None:
        """Do a job; whatever goes wrong with it becomes an answer."""
        try:
            return job()
        except OpsbotError as error:
            return self._apology(error)
        except Exception:  # noqa: BLE001 - a fault of ours, whatever it is, is told with its number
            return Answer(_incident("a job failed"), private=True)

    def _apology(self, error: OpsbotError) -> Answer:
        """Say what was wrong, and what to type instead where that is known."""
        said = f":warning: {escaped(str(error))}"
        if isinstance(error, CommandError) and error.suggestion is not None:
            said += f"\nType for example: {code(f'{self.command_name} {error.suggestion}')}"
        return Answer(said, private=True)


def _number(value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise CommandError("That button isn't one of mine.", "requests")
    return int(value)


def _incident(what: str) -> str:
    """Log a fault of ours under a number that the asker can quote."""
    number = secrets.token_hex(3).upper()
    _log.exception("incident %s: %s", number, what)
    return f":boom: Something went wrong on my side, incident {number}. Please tell whoever runs me; the log has the same number."
