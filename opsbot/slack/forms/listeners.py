"""Forms: opened for whoever lacks a word, followed while they are filled in, and done when they are sent."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from opsbot.actions.drafting import Draft, draft
from opsbot.domain.authorization import Permission
from opsbot.errors import OpsbotError
from opsbot.grammar import begin, faults, fill
from opsbot.grammar.forms import Kind
from opsbot.slack.doing import Later
from opsbot.slack.forms.opening import Opened
from opsbot.slack.forms.payloads import (
    VERB,
    FormChoice,
    FormSent,
    Keystrokes,
    Memory,
)
from opsbot.slack.forms.views import NOTES, depends, drafts, form_view, notice_view
from opsbot.slack.trouble import in_words, incident, turned_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.domain.models import Asker
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.results import VerbHelp
    from opsbot.grammar import Typed
    from opsbot.grammar.forms import Form
    from opsbot.slack.doing import Doer
    from opsbot.slack.forms.opening import Opener
    from opsbot.slack.forms.suggesting import Suggesting
    from opsbot.slack.sending.replies import Replier
    from opsbot.slack.transport.pool import Pool

_FORGED = "This form isn't one of mine any more. Please open it again."
_TOO_BUSY = "I have more to do than I can keep up with just now, so nothing is proposed."
_FORMS_REMEMBERED = 1_000

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


@dataclass(slots=True)
class _Latest:
    """The last choice made in each open form: what comes of an earlier one mustn't be shown over it."""

    _choices: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, view: str, at: str) -> None:
        """Remember a choice."""
        with self._lock:
            self._choices[view] = at
            self._choices.move_to_end(view)
            while len(self._choices) > _FORMS_REMEMBERED:
                self._choices.popitem(last=False)

    def is_latest(self, view: str, at: str) -> bool:
        """Tell whether no choice came after it."""
        with self._lock:
            return self._choices.get(view, at) == at


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
    _latest: _Latest = field(default_factory=_Latest)

    def ask(self, text: str, asker: Asker, trigger: str) -> bool:
        """Open the form of the verb that a line lacks words for; tells whether that could be done."""
        begun = begin(text, self.dispatcher.defaults(asker.place))
        usable = {entry.verb for entry in self.dispatcher.usable(asker)}
        if not trigger or begun.form.verb not in usable:
            return False
        memory = Memory(verb=begun.form.verb, channel=asker.place.channel)
        field = begun.form.of_kind(Kind.SERVICE)
        service = begun.values.get(field.name, "") if field is not None else ""
        memory = memory.with_service(service) if service else memory
        return self._show(memory, begun.values, asker, trigger)

    def open(self, verb: str, asker: Asker, trigger: str) -> bool:
        """Open the form of a verb, or without one the menu of them all; tells whether that could be done."""
        if verb:
            memory = Memory(verb=verb, channel=asker.place.channel)
            return self._show(memory, begin(verb, self.dispatcher.defaults(asker.place)).values, asker, trigger)
        menu = form_view(Memory(channel=asker.place.channel, picking=True), {}, self.dispatcher.usable(asker))
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
        self._latest.note(choice.view.id, choice.action.action_ts)
        if not self.pool.submit(self._follow, choice, memory) and not self.spare.submit(
            self._follow, choice, memory, drafting=False
        ):
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
        defaults = self.dispatcher.defaults(asker.place)
        wrong = faults(form, sent.values, defaults)
        first = next(iter(places.values()), "")
        if wrong:
            ack(response_action="errors", errors={places.get(name, first): said for name, said in wrong.items()})
            return
        typed = fill(form, sent.values, defaults)
        refused = self.pool.take(asker.person.id, self._carry_out, typed, asker, sent.response_url)
        if refused is None:
            ack()
        elif first:
            ack(response_action="errors", errors={first: turned_away(refused)})
        else:
            ack(response_action="update", view=notice_view("API Designer", turned_away(refused)))

    def _show(self, memory: Memory, values: Mapping[str, str], asker: Asker, trigger: str) -> bool:
        service = memory.chosen
        if service is None or memory.form is None or not drafts(memory.form):
            if service is not None:
                self.look_again(service)
            return self.opener.open(trigger, form_view(memory, values)) is not None
        opened = self.opener.open(trigger, notice_view(memory.verb, f"Looking at {service}…"))
        if opened is None:
            return False
        drafted = self._draft(service, asker)
        self.opener.update(opened, form_view(memory, _with_draft(memory.form, values, drafted), remark=drafted.remark))
        return True

    def _follow(self, choice: FormChoice, memory: Memory, *, drafting: bool = True) -> None:
        """Show what goes with a choice; without `drafting` in no time, since others have to be told that it's busy."""
        asker, values, remark = choice.asker, choice.values, ""
        chosen = choice.action.selected_option
        if choice.action.action_id == VERB:
            verb = chosen.value if chosen is not None else ""
            memory = Memory.model_validate({**memory.model_dump(), "verb": verb, "revision": memory.revision + 1})
        else:
            memory = memory.with_service(chosen.value if chosen is not None else "")
            values = _kept(memory, values, choice.touched)
        service, form = memory.chosen, memory.form
        if service is not None:
            self.look_again(service)
        if service is not None and form is not None and drafts(form):
            drafted = self._draft(service, asker) if drafting else Draft("", remark=_TOO_BUSY)
            values, remark = _with_draft(form, values, drafted), drafted.remark
        view = form_view(memory, values, self._verbs(memory, asker), remark)
        refused = self.opener.update(Opened(choice.view.id, choice.view.hash), view)
        if refused == "hash_conflict" and self._latest.is_latest(choice.view.id, choice.action.action_ts):
            self.opener.update(Opened(choice.view.id, ""), view)  # what stood in the way came of an earlier choice

    def _verbs(self, memory: Memory, asker: Asker) -> tuple[VerbHelp, ...]:
        if not memory.picking:
            return ()
        return self.dispatcher.usable(replace(asker, place=replace(asker.place, channel=memory.channel)))

    def _draft(self, service: ServiceRef, asker: Asker) -> Draft:
        """Propose a version and notes, if the asker may see the service that they are drawn from."""
        if not self.dispatcher.standing_to_choose(asker).allows(Permission.READ, service):
            return Draft("", remark=f"You may not read {service}, so nothing is proposed.")
        world = self.dispatcher.world
        try:
            return draft(service, world.designer, world.snapshots, world.clock)
        except OpsbotError as error:
            return Draft("", remark=f"Nothing can be proposed: {error}")

    def _carry_out(self, typed: Typed, asker: Asker, response_url: str | None) -> None:
        """Do what was sent as if it had been typed where the form was opened."""
        later = Later(response_url)
        said = in_words(lambda: self.doer.carry_out(typed, asker, later), self.command_name, self.command_name)
        if said is not None:
            self.replier.reply(said, asker, response_url)


def _with_draft(form: Form, values: Mapping[str, str], drafted: Draft) -> dict[str, str]:
    """Put what is proposed where nothing was entered."""
    version = form.of_kind(Kind.NEW_VERSION)
    proposed = {NOTES: drafted.notes} | ({version.name: drafted.version} if version is not None else {})
    return {**values, **{name: text for name, text in proposed.items() if text and not values.get(name)}}


def _kept(memory: Memory, values: Mapping[str, str], touched: Mapping[str, str]) -> dict[str, str]:
    """Keep what still holds for another service: what doesn't depend on it, and what people wrote themselves."""
    form = memory.form
    if form is None:
        return {}
    kept = {}
    for each in form.fields:
        value = values.get(each.name, "")
        if depends(form, each):
            value = touched.get(each.name, "") if each.kind in {Kind.NEW_VERSION, Kind.TEXT} else ""
        if value:
            kept[each.name] = value
    return kept
