"""Forms: opened for whoever lacks a word, followed while they are filled in, and done when they are sent."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from opsbot.actions.drafting import Draft
from opsbot.domain.models import Place
from opsbot.grammar import begin, faults, fill
from opsbot.grammar.filling import field_of
from opsbot.slack.blocks.messages import Answer
from opsbot.slack.doing import Later
from opsbot.slack.forms.again import Kept, kept_in, lost_note, sealed, with_form
from opsbot.slack.forms.begun import memory_of, service_in
from opsbot.slack.forms.following import Latest, draft_for, left_out, still_holding, why_not, with_draft
from opsbot.slack.forms.opening import TOO_LATE, Opened
from opsbot.slack.forms.payloads import (
    VERB,
    FormChoice,
    FormClosed,
    FormSent,
    Keystrokes,
    Memory,
)
from opsbot.slack.forms.promised import Promises
from opsbot.slack.forms.views import drafts, form_view, notice_view
from opsbot.slack.trouble import in_words, incident, turned_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_sdk.models.views import View

    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.domain.models import Asker
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.results import VerbHelp
    from opsbot.errors import OpsbotError
    from opsbot.grammar import Typed
    from opsbot.grammar.fields import Form
    from opsbot.slack.doing import Doer
    from opsbot.slack.forms.opening import Opener
    from opsbot.slack.forms.suggesting import Suggesting
    from opsbot.slack.sending.replies import Replier
    from opsbot.slack.transport.pool import Pool, TurnedAway

_FORGED = "This form isn't one of mine any more. Please open it again."

_log = logging.getLogger(__name__)


class Ack(Protocol):
    """Bolt's way to acknowledge a form, or what is done in one."""

    def __call__(
        self,
        *,
        response_action: str | None = None,
        errors: dict[str, str] | None = None,
        view: Any = None,
        options: list[dict[str, Any]] | None = None,
    ) -> object:
        """Acknowledge."""
        ...


@dataclass(frozen=True, slots=True)
class FormListeners:
    """One method per kind of payload. None of them lets an error out, since that would cost the acknowledgement."""

    dispatcher: Dispatcher
    doer: Doer
    pool: Pool
    spare: Pool
    replier: Replier
    opener: Opener
    suggesting: Suggesting
    look_again: Callable[[ServiceRef], None]
    command_name: str
    _latest: Latest = field(default_factory=Latest)

    def ask(self, text: str, asker: Asker, trigger: str) -> bool:
        """Open the form of the verb that a line lacks words for; tells whether that could be done."""
        begun = begin(text, self.dispatcher.defaults(asker))
        usable = {entry.verb for entry in self.dispatcher.usable(asker)}
        if not trigger or begun.form.verb not in usable:
            return False
        return self._show(memory_of(begun, asker), begun.values, asker, trigger)

    def open(self, line: str, asker: Asker, trigger: str) -> bool:
        """Open the form of a line's verb, or without a line the menu of them all; tells whether that could be done."""
        if line:
            begun = begin(line, self.dispatcher.defaults(asker))
            return self._show(memory_of(begun, asker), begun.values, asker, trigger)
        memory = Memory(channel=asker.place.channel, thread=asker.place.thread or "", picking=True)
        menu = form_view(memory, {}, self.dispatcher.usable(asker))
        return self.opener.open(trigger, menu) is not None

    def on_keystrokes(self, ack: Ack, body: dict[str, Any]) -> None:
        """Offer what matches what somebody types into a select."""
        try:
            options = self.suggesting.options(Keystrokes.model_validate(body))
        except ValidationError:
            incident("what was typed into a form could not be read")
            options = []
        except Exception:  # noqa: BLE001 - a select without options can still be closed
            incident("nothing could be offered in a form")
            options = []
        ack(options=options)

    def on_choice(self, ack: Ack, body: dict[str, Any]) -> None:
        """Let the other fields follow what was chosen."""
        ack()
        try:
            choice = FormChoice.model_validate(body)
            memory = choice.memory
        except ValidationError:
            incident("a choice in a form could not be read")
            return
        self.opener.came_back(choice.view.id)
        self._latest.note(choice.view.id, choice.action.action_ts)
        refused = self.pool.take(choice.user.id, self._follow, choice, memory)
        if refused is not None and self.spare.take(choice.user.id, self._follow, choice, memory, refused) is not None:
            _log.warning("a choice of %s in a form could not be followed", choice.user.id)

    def on_sent(self, ack: Ack, body: dict[str, Any]) -> None:
        """Do what a form asks for; what is wrong and can be known at once is said beside the field."""
        try:
            sent = FormSent.model_validate(body)
            memory, asker = sent.memory, sent.asker
        except ValidationError:
            incident("a form could not be read")
            ack(response_action="update", view=notice_view("API Designer", _FORGED))
            return
        form, places = memory.form, sent.places
        if form is None or not asker.place.channel:
            ack(response_action="update", view=notice_view("API Designer", _FORGED))
            return
        defaults = self.dispatcher.defaults(asker)
        wrong = faults(form, sent.values, defaults)
        first = next(iter(places.values()), "")
        if wrong:
            ack(response_action="errors", errors={places.get(name, first): said for name, said in wrong.items()})
            return
        typed = fill(form, sent.values, defaults)
        refused = self.pool.take(asker.person.id, self._carry_out, typed, asker, sent, form)
        if refused is None:
            self._forget(sent.view.id)
            ack()
        elif first:
            ack(response_action="errors", errors={first: turned_away(refused)})
        else:
            ack(response_action="update", view=notice_view("API Designer", turned_away(refused)))

    def on_closed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Forget a form that was closed; what is under way for it isn't shown any more, and nobody is told anything."""
        ack()
        try:
            closed = FormClosed.model_validate(body)
        except ValidationError:
            incident("that a form was closed could not be read")
            return
        self._forget(closed.view.id)

    def _forget(self, form: str) -> None:
        self.opener.forget(form)
        self._latest.forget(form)

    def _show(self, memory: Memory, values: Mapping[str, str], asker: Asker, trigger: str) -> bool:
        service = memory.chosen
        if service is None or memory.form is None or not drafts(memory.form):
            if service is not None:
                self.look_again(service)
            return self.opener.open(trigger, self._view(memory, values)) is not None
        opened = self.opener.open(trigger, notice_view(memory.verb, f"Looking at {service}…"))
        if opened is None:
            return False
        if not self.opener.is_gone(opened.id):
            self._promises.keep(opened, memory.verb, lambda: self._drafted(memory, values, asker), asker)
        return True

    @property
    def _promises(self) -> Promises:
        return Promises(self.opener, self.replier, self.command_name)

    def _follow(self, choice: FormChoice, memory: Memory, refused: TurnedAway | None = None) -> None:
        """Show what goes with a choice, or why that can't be told; what was entered stays."""
        if self.opener.is_gone(choice.view.id):
            return

        def show() -> None:
            self._show_after(choice, self._after(choice, memory, refused))

        said = in_words(show, self.command_name, self.command_name)
        if said is not None:
            verbs = self._verbs(memory, choice.asker)
            self._show_after(choice, self._view(memory, choice.values, verbs, said.as_remark()))

    def _after(self, choice: FormChoice, memory: Memory, refused: TurnedAway | None) -> View:
        """Make the form as it is after a choice; one that was `refused` in no time, since others wait to be told so."""
        asker, remark, chosen = choice.asker, "", choice.action.selected_option
        word = chosen.value if chosen is not None else ""
        if choice.action.action_id == VERB:
            memory, values = self._with_verb(word, memory, choice)
        else:
            memory = memory.with_service(word)
            values = still_holding(memory, choice.values, choice.touched)
        service, form = memory.chosen, memory.form
        if service is not None:
            self.look_again(service)
        if service is not None and form is not None and drafts(form):
            drafted = (
                draft_for(asker, service, self.dispatcher) if refused is None else Draft("", remark=why_not(refused))
            )
            values, remark = with_draft(form, values, drafted), drafted.remark
        return self._view(memory, values, self._verbs(memory, asker), remark)

    def _with_verb(self, verb: str, memory: Memory, choice: FormChoice) -> tuple[Memory, dict[str, str]]:
        """Go on with another verb; what the thread is about that the form was opened in goes into it."""
        memory = Memory.model_validate({**memory.model_dump(), "verb": verb, "revision": memory.revision + 1})
        if not verb or not memory.thread:
            return memory, choice.values
        there = replace(choice.asker, place=Place(memory.channel, memory.thread))
        known = begin(verb, self.dispatcher.defaults(there))
        values = {**known.values, **{name: word for name, word in choice.values.items() if word}}
        return memory if memory.service else memory.with_service(service_in(known)), values

    def _show_after(self, choice: FormChoice, view: View) -> None:
        refused = self.opener.update(Opened(choice.view.id, choice.view.hash), view)
        if refused == "hash_conflict" and self._latest.is_latest(choice.view.id, choice.action.action_ts):
            self.opener.update(Opened(choice.view.id, ""), view)  # what stood in the way came of an earlier choice

    def _verbs(self, memory: Memory, asker: Asker) -> tuple[VerbHelp, ...]:
        if not memory.picking:
            return ()
        return self.dispatcher.usable(replace(asker, place=replace(asker.place, channel=memory.channel)))

    def _drafted(self, memory: Memory, values: Mapping[str, str], asker: Asker) -> View:
        if memory.chosen is None or memory.form is None:
            return self._view(memory, values)
        drafted = draft_for(asker, memory.chosen, self.dispatcher)
        return self._view(memory, with_draft(memory.form, values, drafted), remark=drafted.remark)

    def _carry_out(self, typed: Typed, asker: Asker, sent: FormSent, form: Form) -> None:
        """Do what was sent as if it had been typed where the form was opened; what was typed isn't lost if it fails."""
        kept = Kept(verb=form.verb, channel=asker.place.channel, values=sent.values)

        def amended(answer: Answer) -> Answer:
            return with_form(answer, sealed(kept, self.dispatcher.world.requests)) if answer.undone else answer

        def failed(error: OpsbotError) -> None:
            nonlocal kept
            beside = field_of(form, sent.values, error.about, self.dispatcher.defaults(asker))
            kept = kept.model_copy(update={"said": str(error), "beside": beside})

        later = Later(sent.response_url, amended=amended, failed=failed)
        said = in_words(lambda: self.doer.carry_out(typed, asker, later), self.command_name, self.command_name)
        if said is not None:
            self.replier.reply(amended(said), asker, sent.response_url)

    def reopen(self, value: str, asker: Asker, trigger: str) -> Answer | None:
        """Open a form again that came to nothing, as a button has it; gives what to say where that can't be done."""
        barred = self.doer.objection_to_form("", asker)
        if barred is not None:
            return barred
        world = self.dispatcher.world
        kept = kept_in(value, asker, world.changes, world.requests)
        forbidden = self.doer.objection_to_form(kept.verb, asker)
        if forbidden is not None:
            return forbidden
        memory = Memory(verb=kept.verb, channel=kept.channel or asker.place.channel)
        memory = memory.with_service(kept.values.get("service", ""))
        if memory.chosen is not None:
            self.look_again(memory.chosen)
        wrong = {kept.beside: kept.said} if kept.said else {}
        view = self._view(memory, kept.values, remark=lost_note(kept), wrong=wrong)
        return None if self.opener.open(trigger, view) is not None else Answer(TOO_LATE, private=True)

    def _view(
        self,
        memory: Memory,
        values: Mapping[str, str],
        verbs: tuple[VerbHelp, ...] = (),
        remark: str = "",
        wrong: Mapping[str, str] = MappingProxyType({}),
    ) -> View:
        without = left_out(memory, values, self.dispatcher.world.rules.policies)
        return form_view(memory, values, verbs, remark, without=without, wrong=wrong)
