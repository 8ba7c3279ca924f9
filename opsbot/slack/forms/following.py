"""What follows from a choice in a form: which choice counts, what it brings, and what stays of what was there."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from opsbot.actions.drafting import Draft, draft
from opsbot.domain.authorization import Permission
from opsbot.domain.policies import may_break_glass
from opsbot.errors import OpsbotError
from opsbot.grammar.fields import Kind
from opsbot.slack.forms.views import GLASS, NOTES, depends
from opsbot.slack.transport.pool import TurnedAway

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.domain.models import Asker
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ServiceRef
    from opsbot.grammar.fields import Form
    from opsbot.slack.forms.payloads import Memory

_FORMS_REMEMBERED = 1_000


@dataclass(slots=True)
class Latest:
    """The last choice made in each open form: what comes of an earlier one mustn't be shown over it."""

    _choices: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, view: str, at: str) -> None:
        """Remember a choice, unless one that came after it was heard of before."""
        with self._lock:
            self._choices[view] = max(at, self._choices.get(view, at))
            self._choices.move_to_end(view)
            while len(self._choices) > _FORMS_REMEMBERED:
                self._choices.popitem(last=False)

    def forget(self, view: str) -> None:
        """Forget a form that was closed or sent."""
        with self._lock:
            self._choices.pop(view, None)

    def is_latest(self, view: str, at: str) -> bool:
        """Tell whether no choice came after it."""
        with self._lock:
            return self._choices.get(view, at) == at


def left_out(memory: Memory, values: Mapping[str, str], policies: Iterable[Policy]) -> frozenset[str]:
    """Name the fields that nobody has a use for: the glass, where no policy lets it be broken, unless it was asked for."""
    has_use = values.get(GLASS) or may_break_glass(memory.chosen, policies)
    return frozenset() if has_use else frozenset({GLASS})


def draft_for(asker: Asker, service: ServiceRef, dispatcher: Dispatcher) -> Draft:
    """Propose a version and notes, if the asker may see the service that they are drawn from."""
    if not dispatcher.standing_to_choose(asker).allows(Permission.READ, service):
        return Draft("", remark=f"You may not read {service}, so nothing is proposed.")
    world = dispatcher.world
    try:
        return draft(service, world.designer, world.snapshots, world.clock)
    except OpsbotError as error:
        return Draft("", remark=f"Nothing can be proposed: {error}")


def why_not(refused: TurnedAway) -> str:
    """Say why nothing is proposed to somebody whose choice found nobody with time for it."""
    match refused:
        case TurnedAway.FULL:
            return "I have more to do than I can keep up with just now, so nothing is proposed."
        case TurnedAway.HAS_ENOUGH:
            return "I'm still at what you asked for before, so nothing is proposed."
        case _:
            assert_never(refused)


def with_draft(form: Form, values: Mapping[str, str], drafted: Draft) -> dict[str, str]:
    """Put what is proposed where nothing was entered."""
    version = form.of_kind(Kind.NEW_VERSION)
    proposed = {NOTES: drafted.notes} | ({version.name: drafted.version} if version is not None else {})
    return {**values, **{name: text for name, text in proposed.items() if text and not values.get(name)}}


def still_holding(memory: Memory, values: Mapping[str, str], touched: Mapping[str, str]) -> dict[str, str]:
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
