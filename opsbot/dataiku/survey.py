"""Many things of the nodes at once, as the actions ask for them: read in parallel, a bounded number at a time."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeVar

from opsbot.actions.surveys import Gathered
from opsbot.dataiku.askers import AT_ONCE, Askers
from opsbot.domain.models import NodeState
from opsbot.errors import DSSError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from opsbot.actions.ports import Counted, Waiting
    from opsbot.dataiku.gateway import Nodes
    from opsbot.domain.difference import ServiceSetup
    from opsbot.domain.models import Package, Service
    from opsbot.domain.references import ModelRef, ProjectRef, ServiceRef

K = TypeVar("K", bound="str | ProjectRef | ServiceRef")
V = TypeVar("V")


class NodeSurvey:
    """Surveys the nodes with askers of its own for each, which all who look here share.

    `waiting` and `computing` are theirs.
    """

    def __init__(
        self, nodes: Nodes, waiting: Waiting = nullcontext, computing: Waiting = nullcontext, at_once: int = AT_ONCE
    ) -> None:
        self._nodes = nodes
        self._askers = Askers("survey", at_once, waiting, computing, nodes.names)

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
        self._askers.close()

    def _gather(self, things: Iterable[K], ask: Callable[[K], V], counted: Counted | None = None) -> Gathered[K, V]:
        asked = tuple(things)
        answers = dict(zip(asked, self._askers.ask(asked, ask, counted, _node_of), strict=True))
        return Gathered(
            {thing: answer for thing, answer in answers.items() if not isinstance(answer, DSSError)},
            {thing: answer for thing, answer in answers.items() if isinstance(answer, DSSError)},
        )


def _node_of(thing: str | ProjectRef | ServiceRef) -> str:
    """Name the node that has to be asked; a name is its own."""
    return thing if isinstance(thing, str) else thing.node
