"""What to offer somebody who chooses in a form: what they may see, the best matches first, out of the catalog."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from opsbot.actions.reading import newest_first
from opsbot.actions.stores import RequestQuery
from opsbot.domain.authorization import Permission
from opsbot.domain.lifecycle import OPEN
from opsbot.domain.matching import ranked
from opsbot.domain.references import ServiceRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.actions.stores import Requests
    from opsbot.actions.surveys import Catalog
    from opsbot.domain.authorization import Grant, Standing
    from opsbot.domain.commands import Defaults
    from opsbot.domain.models import Service
    from opsbot.domain.references import ProjectRef

MOST = 100
"""How many things are offered at a time."""

_STANDINGS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose: what is typed for it, and what tells more of it."""

    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The services that somebody may see, and their names folded for searching."""

    of: list[Service]
    services: tuple[Service, ...]
    folded: tuple[str, ...]


class Suggestions:
    """Answers what is typed into a field. It is asked at every keystroke, so it calls no node by itself."""

    def __init__(self, catalog: Catalog, requests: Requests) -> None:
        self._catalog = catalog
        self._requests = requests
        self._seen: OrderedDict[tuple[Grant, ...], _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def services(self, typed: str, standing: Standing, defaults: Defaults) -> list[Offer]:
        """Offer services; those of the place's own project first, where nothing tells better."""
        seen = self._visible(standing)
        matching = (seen.services[index] for index in ranked(typed, seen.folded))
        if typed.strip() or defaults.project is None:
            return [Offer(str(service.ref), _endpoints(service)) for service in islice(matching, MOST)]
        ordered = sorted(matching, key=lambda service: service.ref.project != defaults.project)
        return [Offer(str(service.ref), _endpoints(service)) for service in ordered[:MOST]]

    def projects(self, typed: str, standing: Standing) -> list[Offer]:
        """Offer projects in which there is something to see."""
        return _matching(typed, (Offer(str(project)) for project in self._visible_projects(standing)))

    def versions(self, typed: str, standing: Standing, service: ServiceRef | None) -> list[Offer]:
        """Offer the packages of a service, newest first."""
        if service is None or not standing.allows(Permission.READ, service):
            return []
        packages = newest_first(self._catalog.packages(service))
        made = {each.version: f"{each.created_on:%Y-%m-%d %H:%M} UTC" for each in packages if each.created_on}
        return _matching(typed, (Offer(each.version, made.get(each.version, "")) for each in packages))

    def endpoints(self, typed: str, standing: Standing, service: ServiceRef | None) -> list[Offer]:
        """Offer the endpoints of a service."""
        found = (each for each in self._visible(standing).services if each.ref == service)
        return _matching(typed, (Offer(each.id, each.type) for service in found for each in service.endpoints))

    def models(self, typed: str, standing: Standing, project: ProjectRef | None) -> list[Offer]:
        """Offer the saved models of a project."""
        if project is None or not standing.allows_in(Permission.READ, project):
            return []
        found = self._catalog.models(project)
        return _matching(typed, (Offer(each.id, each.name if each.name != each.id else "") for each in found))

    def published_services(
        self, typed: str, standing: Standing, service: ServiceRef | None, nodes: Iterable[str]
    ) -> list[Offer]:
        """Offer published services: to who may read everywhere all of them, to others those called as what they see."""
        wanted = [service.node] if service is not None else list(nodes)
        known = self._catalog.published_services(wanted)
        if not standing.allows_everywhere(Permission.READ):
            seen = {each.ref.service for each in self._visible(standing).services if each.ref.node in wanted}
            known = [name for name in known if name in seen]
        own = service.service if service is not None else None
        return _matching(typed, (Offer(name) for name in sorted(set(known), key=lambda name: (name != own, name))))

    def requests(self, typed: str, standing: Standing) -> list[Offer]:
        """Offer the open publish requests, newest first."""
        visible = {*standing.reach(Permission.READ), *standing.reach(Permission.APPROVE)}
        found, _ = self._requests.page(RequestQuery(tuple(visible), states=OPEN, size=MOST))
        offers = (
            Offer(str(each.id), f"{each.version} of {each.service}, by {each.wish.requester.name}") for each in found
        )
        return _matching(typed.removeprefix("#"), offers)

    def _visible_projects(self, standing: Standing) -> list[ProjectRef]:
        holding = {service.ref.project_ref for service in self._visible(standing).services}
        return [
            project
            for project in self._catalog.projects()
            # Of a project without services the grant says it: one that covers a service that might be there.
            if project in holding or standing.allows(Permission.READ, ServiceRef(project.node, project.project, "_"))
        ]

    def _visible(self, standing: Standing) -> _Seen:
        """Pick what the grants let be seen; kept until the catalog has other services."""
        services = self._catalog.services()
        with self._lock:
            seen = self._seen.get(standing.grants)
        if seen is not None and seen.of is services:
            return seen
        allowed = tuple(service for service in services if standing.allows(Permission.READ, service.ref))
        ordered = tuple(sorted(allowed, key=lambda service: str(service.ref)))
        seen = _Seen(services, ordered, tuple(str(service.ref).casefold() for service in ordered))
        with self._lock:
            self._seen[standing.grants] = seen
            while len(self._seen) > _STANDINGS_KEPT:
                self._seen.popitem(last=False)
        return seen


def _matching(typed: str, offers: Iterable[Offer]) -> list[Offer]:
    offered = tuple(offers)
    folded = tuple(f"{offer.value} {offer.note}".casefold() for offer in offered)
    return [offered[index] for index in islice(ranked(typed, folded), MOST)]


def _endpoints(service: Service) -> str:
    return ", ".join(endpoint.id for endpoint in service.endpoints)
