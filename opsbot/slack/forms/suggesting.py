"""Answers to what people type into the selects of a form, within the acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from opsbot.actions.suggesting import MOST, Offer
from opsbot.domain.references import ProjectRef, ServiceRef
from opsbot.errors import CommandError
from opsbot.grammar import faults_of
from opsbot.grammar.fields import Kind
from opsbot.slack.forms.views import plain_option

if TYPE_CHECKING:
    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.actions.suggesting import Suggestions
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Defaults
    from opsbot.grammar.fields import Field
    from opsbot.slack.forms.payloads import Keystrokes, Memory
    from opsbot.slack.transport.shares import Shares

_AS_TYPED = "as you typed it"


@dataclass(frozen=True, slots=True)
class Suggesting:
    """Finds what to offer for a field, by its kind.

    It does so in the thread that took the payload, of which each person has a share: beyond it nothing is offered.
    """

    dispatcher: Dispatcher
    suggestions: Suggestions
    shares: Shares

    def options(self, keystrokes: Keystrokes) -> list[dict[str, Any]]:
        """Give the options for what was typed; what may be right without being known here is offered as typed."""
        if not self.shares.take(keystrokes.user.id):
            return []
        try:
            return self._options(keystrokes)
        finally:
            self.shares.give_back(keystrokes.user.id)

    def _options(self, keystrokes: Keystrokes) -> list[dict[str, Any]]:
        memory, asker, typed = keystrokes.memory, keystrokes.asker, keystrokes.value.strip()
        field = memory.form.field(keystrokes.field) if memory.form is not None else None
        if field is None:
            return []
        defaults = self.dispatcher.defaults(asker)
        offers = self._offers(field, typed, memory, self.dispatcher.offered(asker), defaults)
        word = _word(field, typed, memory, defaults)
        if word and all(offer.value != word for offer in offers):
            offers = [*offers[: MOST - 1], Offer(word, _AS_TYPED)]
        made = (plain_option(offer.value, offer.note) for offer in offers)
        return [each for each in made if each is not None]

    def _offers(  # noqa: PLR0911 - one arm per kind
        self, field: Field, typed: str, memory: Memory, standing: Standing, defaults: Defaults
    ) -> list[Offer]:
        service, suggestions = memory.chosen, self.suggestions
        match field.kind:
            case Kind.SERVICE:
                return suggestions.services(typed, standing, defaults)
            case Kind.PROJECT:
                return suggestions.projects(typed, standing)
            case Kind.VERSION:
                return suggestions.versions(typed, standing, service)
            case Kind.ENDPOINT:
                return suggestions.endpoints(typed, standing, service)
            case Kind.MODEL:
                return suggestions.models(typed, standing, _project(service, defaults))
            case Kind.PUBLISHED_SERVICE:
                return suggestions.published_services(typed, standing, service, self.dispatcher.world.rules.nodes)
            case Kind.REQUEST:
                return suggestions.requests(typed, standing)
            case Kind.NEW_VERSION | Kind.PERSON | Kind.WORD | Kind.TEXT | Kind.CHOICE | Kind.FLAG:
                return []  # nobody types these into a select
            case _:
                assert_never(field.kind)


def _project(service: ServiceRef | None, defaults: Defaults) -> ProjectRef | None:
    if service is not None:
        return service.project_ref
    if defaults.node is None or defaults.project is None:
        return None
    return ProjectRef(defaults.node, defaults.project)


def _word(field: Field, typed: str, memory: Memory, defaults: Defaults) -> str:
    """Write what was typed in full, if it can be what the field asks for."""
    if not typed or faults_of(memory.verb, field.name, typed, defaults):
        return ""
    try:
        if field.kind is Kind.SERVICE:
            return str(ServiceRef.parse(typed, node=defaults.node, project=defaults.project))
        if field.kind is Kind.PROJECT:
            return str(ProjectRef.parse(typed, node=defaults.node))
    except CommandError:
        return ""
    return typed.removeprefix("#") if field.kind is Kind.REQUEST else typed
