"""Many things of the nodes at once, as the actions ask for them: read in parallel, a bounded number at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import nullcontext
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from opsbot.actions.surveys import Gathered
from opsbot.domain.models import NodeState
from opsbot.errors import DSSError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from opsbot.actions.ports import Counted, Waiting
    from opsbot.dataiku.gateway import Nodes
    from opsbot.domain.difference import ServiceSetup
    from opsbot.domain.models import Package, Service
    from opsbot.domain.references import ModelRef, ProjectRef, ServiceRef

K = TypeVar("K")
V = TypeVar("V")

_AT_ONCE = 16


class NodeSurvey:
    """Surveys the nodes with threads of its own, which all who ask share: no node sees more of them at once.

    What is asked here knows for whom: the threads take the asker's context along.

    `waiting` is entered while somebody waits for the threads, `computing` around what each of them does.
    """

    def __init__(
        self, nodes: Nodes, waiting: Waiting = nullcontext, computing: Waiting = nullcontext, at_once: int = _AT_ONCE
    ) -> None:
        self._nodes = nodes
        self._waiting = waiting
        self._computing = computing
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="survey")

    def nodes(self) -> tuple[NodeState, ...]:
        """Ask every node whether it answers; never raises."""
        asked = self._gather(self._nodes.names, self._nodes.projects)
        problems = {name: str(error) for name, error in asked.failed.items()}
        return tuple(NodeState(name, problems.get(name, "")) for name in self._nodes.names)

    def projects(self, node: str) -> list[ProjectRef]:
        """List the projects of a node, in no order; may raise DSSError."""
        return self._nodes.projects(node)

    def services(
        self, projects: Sequence[ProjectRef], counted: Counted | None = None
    ) -> Gathered[ProjectRef, list[Service]]:
        """List the services of each project."""
        return self._gather(projects, self._nodes.services, counted)

    def packages(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, list[Package]]:
        """List the packages of each service."""
        return self._gather(services, self._nodes.packages)

    def glances(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, ServiceSetup]:
        """Read how each service is set up now, but for the versions of its models."""
        return self._gather(services, self._nodes.glance)

    def models_in_use(
        self, services: Sequence[ServiceRef], counted: Counted | None = None
    ) -> Gathered[ServiceRef, list[tuple[str, ModelRef]]]:
        """Tell of each service which of its endpoints use which saved model."""
        return self._gather(services, self._nodes.models_in_use, counted)

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._threads.shutdown(cancel_futures=True)

    def _gather(self, things: Iterable[K], ask: Callable[[K], V], counted: Counted | None = None) -> Gathered[K, V]:
        def one(thing: K) -> V:
            with self._computing():
                return ask(thing)

        asked = {thing: self._threads.submit(copy_context().run, one, thing) for thing in things}
        found: dict[K, V] = {}
        failed: dict[K, DSSError] = {}
        with self._waiting():
            if counted is None:
                wait(asked.values())
            else:
                for done, _ in enumerate(as_completed(asked.values()), 1):
                    counted(done, len(asked))
        for thing, answer in asked.items():
            try:
                found[thing] = answer.result()
            except DSSError as error:
                failed[thing] = error
        return Gathered(found, failed)
