"""The verbs that look at many things at once: nodes, services, models."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.domain.authorization import Permission
from opsbot.domain.models import AuthMethod
from opsbot.domain.nearness import did_you_mean, nearest
from opsbot.domain.references import ModelRef, NodeRef, ProjectRef
from opsbot.domain.results import ModelsListed, NodesListed, Refused, ServicesListed
from opsbot.errors import DSSError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from opsbot.actions.ports import Counted, Designer, Progress
    from opsbot.actions.surveys import Survey
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ListModels, ListServices
    from opsbot.domain.models import Asker, Service
    from opsbot.domain.references import Scope, ServiceRef

_MOST_NAMED = 10


def list_nodes(survey: Survey) -> NodesListed:
    """List every node, and whether it answers."""
    return NodesListed(survey.nodes())


def list_services(command: ListServices, asker: Asker, standing: Standing, world: World) -> ServicesListed:
    """List the services that the asker may see, by id: all, the public ones, those on a saved model, or both.

    Where it takes long, all see how it goes.
    """
    with _going_on(command, asker, world) as progress:
        listed = search(command, standing, world.survey, progress)
    return replace(listed, shown_at=progress.where()) if progress is not None else listed


def _going_on(command: ListServices, asker: Asker, world: World) -> AbstractContextManager[Progress | None]:
    if command.quiet or not asker.place.channel:
        return nullcontext()
    return world.progress.if_long(asker.place, _searching(command))


def _searching(command: ListServices) -> str:
    """Say in plain words what is looked for, and where."""
    kind = "public services" if command.public else "services"
    using = f" that use the model {command.model}" if command.model is not None else ""
    return f"Searching {command.where} for {kind}{using}"


def _counting(command: ListServices, things: str, progress: Progress | None) -> Counted | None:
    if progress is None:
        return None
    told, searching = progress, _searching(command)
    return lambda done, of: told.tell(f"{searching}: {done} of {of} {things} read")


def search(
    command: ListServices, standing: Standing, survey: Survey, progress: Progress | None = None
) -> ServicesListed:
    """Read what was asked for; the progress hears how far that is."""
    services, unread = _services(command.where, standing, survey, _counting(command, "projects", progress))
    if command.public:
        services = [service for service in services if service.auth_method == AuthMethod.PUBLIC]
    if command.model is None:
        return ServicesListed(command, tuple(services), unread=_in_words(unread))
    using, unasked = _using(command.model, services, survey, _counting(command, "services", progress))
    found = tuple(service for service in services if service.ref in using)
    return ServicesListed(command, found, using, _in_words(unread) + _in_words(unasked))


def list_models(command: ListModels, standing: Standing, designer: Designer) -> ModelsListed | Refused:
    """List the saved models of a project in which the asker may see services, by name."""
    if not standing.allows_in(Permission.READ, command.project):
        return Refused(f"You may not look into {command.project}: none of your grants covers a service there.")
    models = sorted(designer.models(command.project), key=lambda model: (model.name.casefold(), model.id))
    return ModelsListed(command, tuple(models))


def no_such_project(project: ProjectRef, standing: Standing, survey: Survey) -> NotFoundError | None:
    """Tell that a project isn't on its node, and which one may have been meant; None where it is there, or nobody knows."""
    try:
        there = survey.projects(project.node)
    except DSSError:
        return None
    if project in there:
        return None
    seen = [each.project for each in there if standing.allows_in(Permission.READ, each)]
    near = nearest(project.project, seen)
    listed = ", ".join(sorted(seen)[:_MOST_NAMED]) or "none that you may look into"
    said = (
        f"{project.node} has no project “{project.project}” that I can see.{did_you_mean(near)} Its projects: {listed}."
    )
    return NotFoundError(said, near, project)


def _services(
    where: Scope, standing: Standing, survey: Survey, counted: Counted | None
) -> tuple[list[Service], Mapping[ProjectRef, DSSError]]:
    """Read the services of all projects in which the asker may see any; raises where none of them answers."""
    projects = survey.projects(where.node) if isinstance(where, NodeRef) else [where]
    gathered = survey.services([each for each in projects if standing.allows_in(Permission.READ, each)], counted)
    if gathered.failed and not gathered.found:
        raise next(iter(gathered.failed.values()))
    services = (service for found in gathered.found.values() for service in found)
    seen = [service for service in services if standing.allows(Permission.READ, service.ref)]
    return sorted(seen, key=lambda service: str(service.ref)), gathered.failed


def _using(
    model: str, services: Sequence[Service], survey: Survey, counted: Counted | None
) -> tuple[dict[ServiceRef, tuple[str, ...]], Mapping[ServiceRef, DSSError]]:
    """Name the endpoints of each service that use the model; without a project, a model of that id in any."""
    wanted = ModelRef.parse(model, "")
    gathered = survey.models_in_use([service.ref for service in services], counted)
    using = {
        service: tuple(endpoint for endpoint, used in endpoints if _is(used, wanted))
        for service, endpoints in gathered.found.items()
    }
    return {service: endpoints for service, endpoints in using.items() if endpoints}, gathered.failed


def _is(used: ModelRef, wanted: ModelRef) -> bool:
    return used.model == wanted.model and wanted.project in {"", used.project}


def _in_words(failed: Mapping[ProjectRef, DSSError] | Mapping[ServiceRef, DSSError]) -> tuple[str, ...]:
    return tuple(f"{thing} could not be read: {error}" for thing, error in failed.items())
