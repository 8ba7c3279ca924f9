"""What follows from a choice in a form: which choice counts, what it brings, and what stays of what was there."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsbot.domain.policies import may_break_glass
from opsbot.grammar.fields import Kind
from opsbot.slack.forms.views import GLASS, NOTES, depends

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opsbot.actions.drafting import Draft
    from opsbot.domain.policies import Policy
    from opsbot.grammar.fields import Form
    from opsbot.slack.forms.payloads import Memory

_FORMS_REMEMBERED = 1_000


@dataclass(slots=True)
class Latest:
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
