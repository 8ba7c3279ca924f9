"""The verbs that design a service: create, add-endpoint, remove-endpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.changing import ask_for
from opsbot.actions.reading import find_service
from opsbot.domain.authorization import Permission
from opsbot.domain.models import EndpointType
from opsbot.domain.nearness import did_you_mean, nearest
from opsbot.domain.references import ProjectRef
from opsbot.errors import CommandError, ConflictError, DSSError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.actions.ports import Designer
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import AddEndpoint, CreateService, RemoveEndpoint
    from opsbot.domain.models import Asker, Endpoint, SavedModel
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.results import ChangeBegun
    from opsbot.errors import Misspelling

_MOST_NAMED = 10


def create_service(command: CreateService, asker: Asker, standing: Standing, world: World) -> ChangeBegun:
    """Have a service created; ConflictError where its id is taken."""
    project = command.service.project_ref
    taken = {service.ref for service in world.designer.services(project)}
    if command.service in taken:
        seen = (each for each in taken if standing.allows(Permission.READ, each))
        others = _listed(sorted(each.service for each in seen), "none that you may see")
        raise ConflictError(
            f"{project} has a service “{command.service.service}” already; choose another id. Its services: {others}.",
            about=command.service,
        )
    return ask_for(command, asker, world)


def add_endpoint(command: AddEndpoint, asker: Asker, standing: Standing, world: World) -> ChangeBegun:
    """Have an endpoint added that calls a saved model, which may be named by its id or by a name that no other has."""
    if command.compute_propensity and command.type is not EndpointType.CAUSAL:
        raise CommandError(
            f"--compute-propensity is for endpoints of the type causal, and this one is of the type {command.type}.",
            "add-endpoint FRAUD/scoring effect --type causal --model MODEL --compute-propensity",
        )
    endpoints = _endpoints(command.service, standing, world.designer)
    if any(endpoint.id == command.endpoint for endpoint in endpoints):
        raise ConflictError(
            f"{command.service} has an endpoint “{command.endpoint}” already. Its endpoints: {_ids(endpoints)}.",
            about=command.endpoint,
        )
    model = _model(command.service, command.model, standing, world.designer)
    return ask_for(replace(command, model=model), asker, world)


def remove_endpoint(command: RemoveEndpoint, asker: Asker, standing: Standing, world: World) -> ChangeBegun:
    """Have an endpoint taken out; NotFoundError names those that are there."""
    endpoints = _endpoints(command.service, standing, world.designer)
    if all(endpoint.id != command.endpoint for endpoint in endpoints):
        near = nearest(command.endpoint, (endpoint.id for endpoint in endpoints))
        said = f"{command.service} has no endpoint “{command.endpoint}”.{did_you_mean(near)}"
        raise NotFoundError(f"{said} Its endpoints: {_ids(endpoints)}.", near, command.endpoint)
    return ask_for(command, asker, world)


def _endpoints(service: ServiceRef, standing: Standing, designer: Designer) -> tuple[Endpoint, ...]:
    try:
        return designer.endpoints(service)
    except NotFoundError:
        find_service(service, standing, designer)  # which names the services that are there
        raise


def _model(service: ServiceRef, named: str, standing: Standing, designer: Designer) -> str:
    """Find the id of a saved model, as an endpoint names it: `PROJECT.ID` where it is another project's.

    A project in which the asker may see nothing looks as if it had no models.
    """
    models, typed = designer.models(service.project_ref), named
    found = _by_id_or_name(models, named)
    if found is not None:
        return found
    project, dot, model = named.rpartition(".")
    if dot and project == service.project:
        named, found = model, _by_id_or_name(models, model)
    elif dot and standing.allows_in(Permission.READ, ProjectRef(service.node, project)):
        found = _foreign(ProjectRef(service.node, project), model, designer)
    if found is None:
        near = _near(named, models)
        known = _listed(sorted(map(_described, models)))
        said = f"{service.project_ref} has no saved model “{named}”.{did_you_mean(near)} Its models: {known}."
        raise NotFoundError(said, near, typed)
    return found


def _by_id_or_name(models: Iterable[SavedModel], named: str) -> str | None:
    """Find a model by its id, else by its name; ConflictError where several have that name."""
    models = list(models)
    if any(model.id == named for model in models):
        return named
    called = sorted(model.id for model in models if model.name == named)
    if len(called) > 1:
        said = f"{len(called)} saved models are called “{named}”; name one by its id: {_listed(called)}."
        raise ConflictError(said, about=named)
    return called[0] if called else None


def _foreign(project: ProjectRef, model: str, designer: Designer) -> str | None:
    """Look for another project's model by its id; that project's other models are nobody's business here."""
    try:
        there = designer.models(project)
    except DSSError as error:
        raise NotFoundError(f"The saved models of {project} can't be seen: {error}") from error
    return f"{project.project}.{model}" if any(each.id == model for each in there) else None


def _near(named: str, models: Iterable[SavedModel]) -> Misspelling | None:
    """Find the model whose id or name is most like it, by its id."""
    ids = {word: model.id for model in models for word in (model.name, model.id)}
    near = nearest(named, ids)
    return replace(near, right=ids[near.right]) if near is not None else None


def _described(model: SavedModel) -> str:
    return model.id if model.name == model.id else f"{model.id} (“{model.name}”)"


def _ids(endpoints: Iterable[Endpoint]) -> str:
    return _listed(sorted(endpoint.id for endpoint in endpoints))


def _listed(words: list[str], instead: str = "none") -> str:
    more = [f"{len(words) - _MOST_NAMED} more"] if len(words) > _MOST_NAMED else []
    return ", ".join([*words[:_MOST_NAMED], *more]) or instead
