"""What Slack tells us: acknowledged at once, then read, handed over, rendered, and replied to."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from opsbot.domain.commands import Approve, Cancel, Decline, Unwatch
from opsbot.domain.results import Refused
from opsbot.errors import MissingWordError
from opsbot.slack.blocks import cards
from opsbot.slack.blocks.address import address_in
from opsbot.slack.blocks.introducing import OPEN_FORM
from opsbot.slack.blocks.messages import REOPEN_FORM, RUN_LINE, UNWATCH, Answer, Message
from opsbot.slack.blocks.mrkdwn import as_typed, code
from opsbot.slack.blocks.paging import TURN_PAGE
from opsbot.slack.blocks.results import answer
from opsbot.slack.blocks.stamps import read_stamp
from opsbot.slack.doing import Later
from opsbot.slack.forms.again import with_form, without_request
from opsbot.slack.forms.opening import TOO_LATE
from opsbot.slack.forms.reasons import (
    Metadata,
    Submission,
    approve_form,
    busy,
    decline_form,
    kept,
    missing_reason,
)
from opsbot.slack.listening.payloads import Click, SlashCommand
from opsbot.slack.trouble import in_words, incident, tell_turned_away, turned_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_sdk.models.views import View

    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.domain.commands import Decide
    from opsbot.domain.models import Asker
    from opsbot.slack.doing import Doer
    from opsbot.slack.forms.again import Kept
    from opsbot.slack.forms.listeners import FormListeners
    from opsbot.slack.forms.opening import Opener
    from opsbot.slack.forms.shortcuts import ShortcutListeners
    from opsbot.slack.listening.doors import Ack
    from opsbot.slack.listening.home import HomeListener
    from opsbot.slack.listening.spoken import SpokenListener
    from opsbot.slack.sending.replies import Replier
    from opsbot.slack.transport.pool import Pool

_log = logging.getLogger(__name__)

_OLD_UNWATCH = f"{RUN_LINE}:{Unwatch.verb}:"
"""What they began with in earlier versions, which wrote a line into them."""

_DECISIONS: dict[str, type[Approve | Cancel]] = {cards.APPROVE: Approve, cards.CANCEL: Cancel}
_FORMS: dict[str, Callable[[Metadata], View]] = {cards.APPROVE_WITH: approve_form, cards.DECLINE: decline_form}


class CommandAck(Protocol):
    """Bolt's way to acknowledge a slash command."""

    def __call__(self, text: str = "") -> object:
        """Acknowledge; a text is shown to the asker alone."""
        ...


class FormAck(Protocol):
    """Bolt's way to acknowledge a form."""

    def __call__(self, response_action: str | None = None, errors: dict[str, str] | None = None) -> object:
        """Acknowledge; errors are shown beside the fields, and the form stays open."""
        ...


@dataclass(frozen=True, slots=True)
class Listeners:
    """One method per kind of payload. None of them lets an error out, since that would cost the acknowledgement."""

    dispatcher: Dispatcher
    doer: Doer
    pool: Pool
    spare: Pool
    replier: Replier
    opener: Opener
    command_name: str
    home: HomeListener
    forms: FormListeners
    shortcuts: ShortcutListeners
    spoken: SpokenListener

    @property
    def events(self) -> Mapping[str, Callable[[Ack, dict[str, Any]], None]]:
        """Name the events that are listened to, each with its listener; the manifest asks Slack for these."""
        return {**self.spoken.events, **self.home.events}

    def on_command(self, ack: CommandAck, body: dict[str, Any]) -> None:
        """Take a slash command."""
        try:
            command = SlashCommand.model_validate(body)
        except ValidationError:
            ack(incident("a slash command could not be read"))
            return
        why = self.pool.take(command.user_id, self._take_command, command)
        ack() if why is None else ack(turned_away(why))

    def on_click(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a click on one of our buttons."""
        ack()
        try:
            click = Click.model_validate(body)
        except ValidationError:
            incident("a click could not be read")
            return
        why = self.pool.take(click.user.id, self._take_click, click)
        if why is not None:
            asker, url = click.asker, click.response_url
            tell_turned_away(why, asker.person.id, self.spare, lambda told: self.replier.whisper(told, asker, url))

    def on_submission(self, ack: FormAck, body: dict[str, Any]) -> None:
        """Take a form that somebody sent; what is empty and must not be is said beside the field."""
        try:
            submission = Submission.model_validate(body)
            command, asker = submission.command, submission.asker
        except ValidationError:
            ack()
            incident("a form could not be read")
            return
        if isinstance(command, Decline) and not command.comment:
            ack(response_action="errors", errors=missing_reason())
            return
        why = self.pool.take(asker.person.id, self._carry_out, command, asker, None, kept(submission))
        if why is None:
            ack()
        else:
            ack(response_action="errors", errors=busy(turned_away(why)))

    def _take_command(self, command: SlashCommand) -> None:
        asker = command.asker
        said = self._done(command.text, asker, Later(command.response_url), command.trigger_id)
        if said is not None:
            self.replier.reply(said, asker, command.response_url)

    def _done(self, line: str, asker: Asker, later: Later, trigger: str) -> Answer | None:
        """Do a line; where a word is missing a form asks for it, or a button that opens the form."""
        address = address_in(later.thread, self.command_name)

        def do() -> Answer | None:
            try:
                return self.doer.do(line, asker, later)
            except MissingWordError as error:
                if self.forms.ask(line, asker, trigger):
                    return None
                return self.doer.lacking(error, line, asker, address)

        return self._in_words(do, address, line)

    def _take_click(self, click: Click) -> None:
        if click.action.startswith(TURN_PAGE):
            self._turn_page(click)
        elif click.action == OPEN_FORM:
            self._open_verb_form(click)
        elif click.action == REOPEN_FORM:
            self._reopen_form(click)
        elif click.action in _FORMS:
            self._open_form(click)
        elif click.action in _DECISIONS:
            self._decide(click)
        elif click.action.startswith((UNWATCH, _OLD_UNWATCH)):
            self._unwatch(click)
        elif click.action == RUN_LINE:
            self._run_line(click)
        elif click.action.startswith(f"{RUN_LINE}:"):
            self._run_beside(click)
        else:
            _log.warning("a button is clicked that means nothing: %s", click.action)

    def _decide(self, click: Click) -> None:
        def read() -> None:
            said = _named(click)
            command = _DECISIONS[click.action](said.request, button=said.button)
            self._carry_out(command, click.asker, click.response_url)

        said = self._in_words(read)
        if said is not None:
            self.replier.whisper(said.in_one(), click.asker, click.response_url)

    def _carry_out(self, command: Decide, asker: Asker, response_url: str | None, written: Kept | None = None) -> None:
        """Decide as was clicked or sent; the card and its thread show it, only a refusal is told apart."""

        def do() -> Answer | None:
            result = self.dispatcher.do(command, asker)
            return answer(result, asker, self.command_name) if isinstance(result, Refused) else None

        said = self._in_words(do)
        if said is not None:
            if written is not None and written.values.get("comment"):
                said = with_form(said, written if self.dispatcher.is_meant(command) else without_request(written))
            self.replier.whisper(said.in_one(), asker, response_url)
            self.home.show_what_is_true(asker)

    def _open_form(self, click: Click) -> None:
        """Open the form at once: Slack lets us for three seconds."""

        def do() -> Answer | None:
            opened = self.opener.open(click.trigger_id, _FORMS[click.action](_named(click)))
            return None if opened is not None else Answer(TOO_LATE, private=True)

        said = self._in_words(do)
        if said is not None:
            self.replier.whisper(said.in_one(), click.asker, click.response_url)

    def _open_verb_form(self, click: Click) -> None:
        """Open the form of a line, which holds what the line names, or the menu of them all.

        What the thread is about that the button stands in, or that its message begins, is in the form already.
        """
        here = replace(click.asker, place=replace(click.asker.place, thread=click.thread))
        verb = click.value.partition(" ")[0]

        def do() -> Answer | None:
            objected = self.doer.objection_to_form(verb, click.asker)
            if objected is not None:
                return objected
            opened = self.forms.open(click.value, here, click.trigger_id)
            return None if opened else Answer(TOO_LATE, private=True)

        said = self._in_words(do)
        if said is not None:
            self.replier.whisper(said.in_one(), click.asker, click.response_url)

    def _reopen_form(self, click: Click) -> None:
        """Open a form again that came to nothing, with all that was typed."""
        here = replace(click.asker, place=replace(click.asker.place, thread=click.thread))
        said = self._in_words(lambda: self.forms.reopen(click.value, here, click.trigger_id))
        if said is not None:
            self.replier.whisper(said.in_one(), click.asker, click.response_url)

    def _turn_page(self, click: Click) -> None:
        """Show another page in the same message, if whoever clicked may see it."""
        said = self._in_words(lambda: self.doer.do(click.value, click.asker))
        if said is None:
            return
        if said.private or click.response_url is None:
            self.replier.whisper(said.in_one(), click.asker, click.response_url)
        else:
            page = said.in_one() if click.container.is_ephemeral or not said.details else said.details[-1]
            self.replier.replace(page, click.response_url, click.asker)

    def _unwatch(self, click: Click) -> None:
        """End the watch that the button is of; where that can't be, the Home that it may stand in is an old one."""

        def do() -> Answer | None:
            number, seal = read_stamp(click.value.removeprefix(f"{Unwatch.verb} "))
            result = self.dispatcher.do(Unwatch(number, seal=seal), click.asker)
            return answer(result, click.asker, self.command_name)

        said = self._in_words(do)
        if said is not None:
            self.replier.reply(said, click.asker, click.response_url, thread=click.thread)
            if said.undone:
                self.home.show_what_is_true(click.asker)

    def _run_line(self, click: Click) -> None:
        """Do what a button's line says, as if whoever clicked had typed it; the button is gone once that was tried."""
        later = Later(click.response_url, click.asker.place.thread)
        said = self._done(click.value, click.asker, later, click.trigger_id)
        if click.response_url is not None:
            self.replier.replace(Message(f"You chose: {code(as_typed(click.value))}"), click.response_url, click.asker)
        if said is not None:
            self.replier.reply(said, click.asker, click.response_url, thread=click.asker.place.thread)

    def _run_beside(self, click: Click) -> None:
        """Do what a button's line says, in the thread of its message, which stays for the others."""
        said = self._done(click.value, click.asker, Later(None, click.thread), click.trigger_id)
        if said is not None:
            self.replier.reply(said, click.asker, click.response_url, thread=click.thread)

    def _in_words(self, job: Callable[[], Answer | None], address: str | None = None, typed: str = "") -> Answer | None:
        """Do a job and say what went wrong; `address` is the slash command unless said otherwise."""
        return in_words(job, address or self.command_name, self.command_name, typed)


def _named(click: Click) -> Metadata:
    """Read which request a button is of, and where it was clicked; raises CommandError."""
    request, seal = read_stamp(click.value)
    return Metadata(request=request, channel=click.asker.place.channel, thread=click.thread, seal=seal)
