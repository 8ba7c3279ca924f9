"""What the audit keeps of a try that changed nothing: it was refused, or it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from opsbot.actions.recording import entry, written_with
from opsbot.domain import commands
from opsbot.domain.audit import Entry
from opsbot.domain.references import ProjectRef
from opsbot.errors import NotFoundError

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.results import Refused
    from opsbot.errors import OpsbotError

_LONGEST_KEPT = 1_000

_CHANGES = get_args(commands.Change)
_ON_REQUEST = get_args(commands.OnRequest)


def refused(command: Command, asker: Asker, result: Refused, world: World) -> Entry:
    """Make the entry of a try that was refused."""
    return _entry(command, asker, f"refused: {result.reason}", world)


def failed(command: Command, asker: Asker, error: OpsbotError, world: World) -> Entry | None:
    """Make the entry of a try that failed, if it was one to change something."""
    return _entry(command, asker, f"failed: {error}", world) if isinstance(command, _CHANGES) else None


def service_of(command: Command) -> ServiceRef | None:
    """Tell the service that a command is about, if it names one."""
    service: ServiceRef | None = getattr(command, "service", None)
    return service


def project_of(command: Command) -> ProjectRef | None:
    """Tell the project that a command looks into, if it names one."""
    service = service_of(command)
    if service is not None:
        return service.project_ref
    match command:
        case commands.ListServices(where=ProjectRef() as project) | commands.ListModels(project=project):
            return project
        case _:
            return None


def _shortened(value: Any) -> Any:
    """Keep the beginning of what somebody wrote in vain: anybody may, and the audit is kept for ever."""
    if not isinstance(value, str) or len(value) <= _LONGEST_KEPT:
        return value
    return f"{value[:_LONGEST_KEPT]}… ({len(value) - _LONGEST_KEPT} more characters)"


def _entry(command: Command, asker: Asker, outcome: str, world: World) -> Entry:
    now = world.clock()
    outcome = _shortened(outcome)
    said = {name: _shortened(value) for name, value in written_with(command).items()}
    if isinstance(command, _ON_REQUEST):
        try:
            return entry(world.requests.get(command.request), asker, command.verb, outcome, now, **said)
        except NotFoundError:
            said["request"] = command.request
    version: str = getattr(command, "version", None) or ""
    return Entry(now, asker.person, command.verb, outcome, asker.place, service_of(command), version, detail=said)
