"""Doing what a line or a form asks: at once, or by workers of its own where it takes long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opsbot.domain.commands import ListServices, LongWork
from opsbot.domain.results import Refused
from opsbot.errors import CommandError, MissingWordError, OpsbotError, UnknownVerbError
from opsbot.grammar import begin, corrected, mended, parse
from opsbot.slack.blocks.address import address_in
from opsbot.slack.blocks.introducing import with_form_for
from opsbot.slack.blocks.messages import LONGEST_LINE, Answer
from opsbot.slack.blocks.results import answer, apology, refused
from opsbot.slack.trouble import in_words, turned_away

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.domain.models import Asker
    from opsbot.grammar import Typed
    from opsbot.slack.sending.replies import Replier
    from opsbot.slack.transport.pool import Pool

_IN_LINE = "I'm at others like it already; yours begins when one of them is done."
_HOW_TO_NAME_SERVICES = "A service is written PROJECT/SERVICE, right behind the verb."
_DIRECTLY = "You find it in our direct conversation."


def _meaning(line: str, said: str) -> CommandError:
    error = CommandError(said)
    error.line = line
    return error


def _puts_service_right(text: str, line: str) -> bool:
    """Tell whether what was mended is the word behind the verb, and that it is a service."""
    typed, meant = text.split(maxsplit=2)[1:2], line.split(maxsplit=2)[1:2]
    return typed != meant and any("/" in word for word in meant)


def _as_it_is(answer: Answer) -> Answer:
    return answer


def _unheard(_: OpsbotError) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Later:
    """How to answer when it is done; `amended` adds to the answer what belongs to where it was asked.

    `failed` hears what went wrong before that is answered.
    """

    response_url: str | None
    thread: str | None = None
    amended: Callable[[Answer], Answer] = _as_it_is
    failed: Callable[[OpsbotError], None] = _unheard


@dataclass(frozen=True, slots=True)
class Doer:
    """Does what is asked for, and says what came of it; `slow` are the workers of what takes long."""

    dispatcher: Dispatcher
    slow: Pool
    replier: Replier
    command_name: str

    def do(self, text: str, asker: Asker, later: Later | None = None) -> Answer | None:
        """Read a line and do what it asks; raises OpsbotError.

        Whom nothing is done for hears that, rather than what was wrong with their words; and so does who left a word out,
        if they may not have it done whatever the word is.
        """
        try:
            typed = parse(text, self.dispatcher.defaults(asker))
        except CommandError as error:
            useless = self.barred(asker) or (
                self._forbids(text, asker) if isinstance(error, MissingWordError) else None
            )
            if useless is None:
                meant = self._with_what_was_meant(error, text, asker)
                if meant is error:
                    raise
                raise meant from error
            return useless
        return self.carry_out(typed, asker, later, text)

    def _with_what_was_meant(self, error: CommandError, text: str, asker: Asker) -> CommandError:
        """Add to what is wrong with a line how it was meant, where somebody can tell; a question is no mistyped verb."""
        line = mended(text, self.dispatcher.defaults(asker))
        match error:
            case MissingWordError():
                return error if line is None else _meaning(line, str(error))
            case UnknownVerbError(near=near) if near is not None:
                asks = text.rstrip().endswith("?") and not self.understands(corrected(text, near) or "", asker)
                if line is not None or asks:
                    error = UnknownVerbError(f"I don't know “{near.wrong}”.", "help")
            case UnknownVerbError():
                pass
            case _ if line is not None and _puts_service_right(text, line):
                return _meaning(line, _HOW_TO_NAME_SERVICES)
        error.line = line
        return error

    def _forbids(self, text: str, asker: Asker) -> Answer | None:
        forbidden = self.dispatcher.forbids(begin(text, self.dispatcher.defaults(asker)).form.verb, asker)
        return refused(forbidden) if forbidden is not None else None

    def begins_with_verb(self, text: str, asker: Asker) -> bool:
        """Tell whether a line begins with a verb, whatever else may be wrong with it."""
        try:
            return bool(begin(text, self.dispatcher.defaults(asker)).form.verb)
        except CommandError:
            return False

    def understands(self, text: str, asker: Asker) -> bool:
        """Tell whether a line asks for something, be it that a word is missing."""
        try:
            parse(text, self.dispatcher.defaults(asker))
        except CommandError as error:
            return isinstance(error, MissingWordError)
        return True

    def lacking(self, error: MissingWordError, text: str, asker: Asker, address: str) -> Answer:
        """Say what a line lacks, beside a button that opens its form; raises the error where the asker has no use for one."""
        line = self._line_for_form(text, asker)
        if not line:
            raise error
        return with_form_for(line, apology(error, address))

    def _line_for_form(self, text: str, asker: Asker) -> str:
        verb = begin(text, self.dispatcher.defaults(asker)).form.verb
        if verb not in {entry.verb for entry in self.dispatcher.usable(asker)}:
            return ""
        line = " ".join([verb, *text.split(maxsplit=1)[1:]])
        return line if len(line) <= LONGEST_LINE else verb

    def barred(self, asker: Asker) -> Answer | None:
        """Say why nothing at all is done for the asker; None where it is."""
        why = self.dispatcher.barred(asker)
        return refused(Refused(why)) if why else None

    def objection_to_form(self, verb: str, asker: Asker) -> Answer | None:
        """Say why the asker gets no form of a verb here, or without one no form at all; None where they do.

        It goes by what was known a moment ago: Slack lets a form be opened for three seconds.
        """
        standing = self.dispatcher.offered(asker)
        if standing.barred:
            return refused(Refused(standing.barred))
        if verb and all(entry.verb != verb for entry in self.dispatcher.usable(asker)):
            why = self.dispatcher.forbids(verb, asker, standing) or Refused(f"You may not do that here: “{verb}”.")
            return refused(why)
        return None

    def carry_out(self, typed: Typed, asker: Asker, later: Later | None = None, line: str = "") -> Answer | None:
        """Do what was asked for; what takes long is begun here, and said `later`, if somebody waits for that.

        `line` is what was typed, where anything was.
        """
        if later is not None and isinstance(typed.command, LongWork) and self.dispatcher.may(typed.command, asker):
            return self._begin(typed, asker, later, line)
        if isinstance(typed.command, ListServices):
            if later is None:  # the answer has its place already
                return self._done(replace(typed, command=replace(typed.command, quiet=True)), asker, later)
            asker = _answered_in(asker, later)
        return self._done(typed, asker, later)

    def _done(self, typed: Typed, asker: Asker, later: Later | None) -> Answer | None:
        """Do it, and say what came of it as people in the thread, or outside of any, can go on with it."""
        thread = later.thread if later is not None else asker.place.thread
        try:
            result = self.dispatcher.do(typed.command, asker)
        except OpsbotError as error:
            if later is not None:
                later.failed(error)
            raise
        said = answer(result, asker, address_in(thread, self.command_name), private=typed.private)
        return replace(said, private=True) if said is not None and typed.private else said

    def _begin(self, typed: Typed, asker: Asker, later: Later, line: str) -> Answer | None:
        """Hand long work to workers of its own, so that it keeps nobody waiting; tells what the asker can't see yet."""
        waits = self.slow.is_busy()
        asker = _answered_in(asker, later)

        def do() -> None:
            address = address_in(later.thread, self.command_name)
            said = in_words(lambda: self._done(typed, asker, later), address, self.command_name, line)
            if said is not None:
                self.replier.reply(later.amended(said), asker, later.response_url, later.thread)

        full = self.slow.take(asker.person.id, do)
        if full is not None:
            return Answer(turned_away(full), private=True, undone=True)
        if waits:
            return Answer(_IN_LINE, private=True)
        return Answer(_DIRECTLY, private=True) if typed.private else None


def _answered_in(asker: Asker, later: Later) -> Asker:
    """Put the asker where the answer will be: how it goes is told there, too."""
    if later.thread is None:
        return asker
    return replace(asker, place=replace(asker.place, thread=later.thread))
