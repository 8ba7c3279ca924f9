"""What a form remembers when a line opens it: its verb, where it was asked for, and the service that the line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.grammar.fields import Kind
from opsbot.slack.forms.payloads import Memory

if TYPE_CHECKING:
    from opsbot.domain.models import Asker
    from opsbot.grammar.filling import Begun


def memory_of(begun: Begun, asker: Asker) -> Memory:
    """Remember what a line began."""
    memory, service = Memory(verb=begun.form.verb, channel=asker.place.channel), service_in(begun)
    return memory.with_service(service) if service else memory


def service_in(begun: Begun) -> str:
    """Give the service that a line names; nothing where it names none."""
    field = begun.form.of_kind(Kind.SERVICE)
    return begun.values.get(field.name, "") if field is not None else ""
