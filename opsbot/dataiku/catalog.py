"""What is on the nodes, for people to choose from while they type: never a call per keystroke."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING

from opsbot.dataiku.askers import AT_ONCE
from opsbot.dataiku.shelf import Ages, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.actions.ports import Waiting
    from opsbot.dataiku.gateway import Nodes
    from opsbot.domain.models import Package, SavedModel, Service
    from opsbot.domain.references import ProjectRef, ServiceRef

_PATIENCE = 0.8
_JUST_NOW = 2.0
_MOST_SERVICES_WITH_PACKAGES = 1_000


class NodeCatalog:
    """Keeps what the nodes list, and has it read again in the background when it is asked for and grew old.

    Its threads are no one else's, for the same reason that the looks at the nodes have theirs: who types is given up
    on within a second, and would stand in line behind the thousand services of somebody's list, or behind a node that
    is silent for a minute. So a node may see `AT_ONCE` of them beside those of whoever surveys it.
    """

    def __init__(
        self,
        nodes: Nodes,
        names: tuple[str, ...],
        waiting: Waiting = nullcontext,
        *,
        ages: Ages | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        """Call nothing yet; `waiting` is entered around each wait, and `patience` is how long that is at most."""
        ages = ages if ages is not None else Ages()
        self._names = names
        self._waiting = waiting
        self._patience = patience
        self._executor = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="catalog")
        self._projects = Shelf(nodes.projects, self._executor, ages)
        self._services = Shelf(nodes.services, self._executor, ages)
        self._packages = Shelf(nodes.packages, self._executor, ages, most=_MOST_SERVICES_WITH_PACKAGES)
        self._models = Shelf(nodes.models, self._executor, ages)
        self._published = Shelf(nodes.published_on, self._executor, ages)
        self._flat: tuple[tuple[int, int], list[Service]] = ((-1, -1), [])

    def projects(self) -> list[ProjectRef]:
        """List the projects of all nodes."""
        with self._waiting():
            return self._all_projects(self._until())

    def services(self) -> list[Service]:
        """List the services of all projects."""
        until = self._until()
        with self._waiting():
            projects = self._all_projects(until)
            before = (self._projects.generation, self._services.generation)
            found = self._services.ask(projects, until)
        kept, flat = self._flat
        generation = (self._projects.generation, self._services.generation)
        if kept != generation or before != generation:
            flat = [service for services in found.values() for service in services]
            self._flat = (before, flat)  # what came in between is seen by whoever asks next
        return flat

    def packages(self, service: ServiceRef) -> list[Package]:
        """List the packages of a service."""
        with self._waiting():
            return list(self._packages.ask([service], self._until())[service])

    def models(self, project: ProjectRef) -> list[SavedModel]:
        """List the saved models of a project."""
        with self._waiting():
            return list(self._models.ask([project], self._until())[project])

    def published_services(self, nodes: Iterable[str]) -> list[str]:
        """Name the services that the API Deployers of the nodes know."""
        with self._waiting():
            found = self._published.ask(nodes, self._until())
        return [name for names in found.values() for name in names]

    def look_again(self, service: ServiceRef) -> None:
        """Have the packages of a service read soon, unless they were just now."""
        self._packages.look_again(service, _JUST_NOW)

    def close(self) -> None:
        """Begin to read nothing more, and wait for what is under way."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _all_projects(self, until: float) -> list[ProjectRef]:
        found = self._projects.ask(self._names, until)
        return [project for projects in found.values() for project in projects]

    def _until(self) -> float:
        return time.monotonic() + self._patience
