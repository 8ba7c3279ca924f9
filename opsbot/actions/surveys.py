"""What the actions need of the nodes where they look at many things at once, as protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from opsbot.actions.ports import Counted
    from opsbot.domain.difference import ServiceSetup
    from opsbot.domain.models import (
        NodeState,
        Package,
        SavedModel,
        Service,
    )
    from opsbot.domain.references import ModelRef, ProjectRef, ServiceRef
    from opsbot.errors import DSSError

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Gathered(Generic[K, V]):
    """What many things answered to the same question: each a value, or the error that stood in its way."""

    found: Mapping[K, V]
    failed: Mapping[K, DSSError]


class Survey(Protocol):
    """Many things of a node at once, read in parallel. One that fails doesn't keep the others from being read.

    `counted` hears how many of them were read, whether they could be or not.
    """

    def nodes(self) -> tuple[NodeState, ...]:
        """Ask every node whether it answers; never raises."""
        ...

    def projects(self, node: str) -> list[ProjectRef]:
        """List the projects of a node, in no order; may raise DSSError."""
        ...

    def services(
        self, projects: Sequence[ProjectRef], counted: Counted | None = None
    ) -> Gathered[ProjectRef, list[Service]]:
        """List the services of each project."""
        ...

    def packages(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, list[Package]]:
        """List the packages of each service."""
        ...

    def glances(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, ServiceSetup]:
        """Read how each service is set up now, but for the versions of its models."""
        ...

    def models_in_use(
        self, services: Sequence[ServiceRef], counted: Counted | None = None
    ) -> Gathered[ServiceRef, list[tuple[str, ModelRef]]]:
        """Tell of each service which of its endpoints use which saved model."""
        ...


class Catalog(Protocol):
    """What is on the nodes, as it was a short while ago: for choosing, never for deciding.

    Nothing is raised: a node that doesn't answer has what it had. Whoever asks for what was never read waits for it
    less than a second, and gets what has come by then; nobody may ask oftener than twice for one keystroke.
    """

    def projects(self) -> list[ProjectRef]:
        """List the projects of all nodes."""
        ...

    def services(self) -> list[Service]:
        """List the services of all projects."""
        ...

    def packages(self, service: ServiceRef) -> list[Package]:
        """List the packages of a service."""
        ...

    def models(self, project: ProjectRef) -> list[SavedModel]:
        """List the saved models of a project."""
        ...

    def published_services(self, nodes: Iterable[str]) -> list[str]:
        """Name the services that the API Deployers of the nodes know."""
        ...

    def look_again(self, service: ServiceRef) -> None:
        """Have the packages of a service read soon: somebody is about to choose one. Nobody waits for it."""
        ...
