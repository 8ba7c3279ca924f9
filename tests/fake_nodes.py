"""The nodes as the actions see them, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from opsbot.actions.surveys import Gathered
from opsbot.domain.difference import EndpointSetup, ServiceSetup
from opsbot.domain.files import Archive
from opsbot.domain.models import Endpoint, NodeState, Package, PackageSummary, SavedModel, Service
from opsbot.errors import ConflictError, DSSError, DSSRefusedError, DSSUnavailableError, NotFoundError
from tests.builders import SCORING, package, service

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from opsbot.actions.ports import Counted, Heard
    from opsbot.domain.models import EndpointType
    from opsbot.domain.references import ModelRef, ProjectRef, ServiceRef


K = TypeVar("K")
V = TypeVar("V")


@dataclass
class FakeDesigner:
    """A node with one service, unless told otherwise. `fails` holds errors to raise, by call."""

    known: dict[ServiceRef, Service] = field(default_factory=lambda: {SCORING: service()})
    made: dict[ServiceRef, list[Package]] = field(default_factory=lambda: {SCORING: [package("v3")]})
    published: dict[str, set[str]] = field(default_factory=dict)
    fails: dict[str, DSSError] = field(default_factory=dict)
    publishes: list[tuple[ServiceRef, str, str]] = field(default_factory=list)
    publish_arrives: bool = True
    archives: dict[str, str] = field(default_factory=dict)
    saved: dict[str, list[SavedModel]] = field(
        default_factory=lambda: {"FRAUD": [SavedModel("fraud_xgb", "Fraud score"), SavedModel("tree", "Rules")]}
    )
    asked: list[str] = field(default_factory=list)
    loses_answers: bool = False
    announces: bool = False

    def services(self, project: ProjectRef) -> list[Service]:
        self._fail("services")
        return [each for ref, each in self.known.items() if ref.project_ref == project]

    def packages(self, ref: ServiceRef) -> list[Package]:
        self._fail("packages")
        return list(self.made.get(ref, ()))

    def summary(self, ref: ServiceRef, version: str) -> PackageSummary:
        found = next((each for each in self.packages(ref) if each.version == version), None)
        if found is None:
            raise NotFoundError(f"no package {version}")
        return PackageSummary(found, self.known[ref].endpoints, f"summary of {version}")

    def create_package(self, ref: ServiceRef, version: str, release_notes: str) -> None:
        self._fail("create_package")
        if any(each.version == version for each in self.made.get(ref, ())):
            raise ConflictError("already exists")
        self.made.setdefault(ref, []).append(replace(package(version), release_notes=release_notes))
        self._note("create_package")

    def delete_package(self, ref: ServiceRef, version: str) -> None:
        self._fail("delete_package")
        if all(each.version != version for each in self.made.get(ref, ())):
            raise NotFoundError("no such package")
        self.made[ref] = [each for each in self.made[ref] if each.version != version]
        self._note("delete_package")

    def create_service(self, ref: ServiceRef) -> None:
        self._fail("create_service")
        if ref in self.known:
            raise ConflictError("already exists")
        self.known[ref] = Service(ref, ref.service, "PUBLIC", ())
        self._note("create_service")

    def endpoints(self, ref: ServiceRef) -> tuple[Endpoint, ...]:
        self._fail("endpoints")
        if ref not in self.known:
            raise NotFoundError(f"no service {ref}")
        return self.known[ref].endpoints

    def models(self, project: ProjectRef) -> list[SavedModel]:
        self._fail("models")
        if project.project not in self.saved:
            raise DSSRefusedError("You may not see that project.")
        return self.saved[project.project]

    def add_endpoint(
        self, ref: ServiceRef, endpoint: str, kind: EndpointType, model: str, *, compute_propensity: bool
    ) -> None:
        self._fail("add_endpoint")
        known = self.known[ref]
        if any(each.id == endpoint for each in known.endpoints):
            raise ConflictError("already exists")
        self.known[ref] = replace(known, endpoints=(*known.endpoints, Endpoint(endpoint, kind.on_node, model)))
        self._note("add_endpoint")

    def remove_endpoint(self, ref: ServiceRef, endpoint: str) -> None:
        self._fail("remove_endpoint")
        left = tuple(each for each in self.known[ref].endpoints if each.id != endpoint)
        self.known[ref] = replace(self.known[ref], endpoints=left)
        self._note("remove_endpoint")

    def publish(self, ref: ServiceRef, version: str, published_service: str) -> None:
        self.publishes.append((ref, version, published_service))
        if self.publish_arrives:
            self.published.setdefault(published_service, set()).add(version)
        self._fail("publish")

    def setup(self, ref: ServiceRef) -> ServiceSetup:
        self._fail("setup")
        known = self.known[ref]
        return ServiceSetup(known.auth_method, tuple(EndpointSetup(each.id, each.type) for each in known.endpoints))

    def archive_digest(self, ref: ServiceRef, version: str) -> str:
        self._fail("archive_digest")
        return self.archives.get(version, f"archive of {version}")

    def settings(self, ref: ServiceRef, *, with_code: bool) -> str:
        self._fail("settings")
        return f'{{"id": "{ref.service}", "code": {str(with_code).lower()}}}\n'

    def download(self, ref: ServiceRef, version: str, path: Path, heard: Heard) -> Archive:
        """Send the archive in pieces of four bytes, and announce its size if `announces`."""
        self._fail("download")
        content = self.archives.get(version, f"archive of {version}").encode()
        with path.open("wb") as file:
            for start in range(0, len(content), 4):
                file.write(content[start : start + 4])
                heard(file.tell(), len(content) if self.announces else None)
        return Archive(len(content), f"sha256 of {version}", f"entries of {version}")

    def page(self, ref: ServiceRef) -> str:
        return f"https://dss.test/{ref.project}/{ref.service}"

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        self._fail("published_versions")
        return frozenset(self.published.get(published_service, ()))

    def make_again(self, version: str, *, later: datetime, ref: ServiceRef = SCORING) -> None:
        """Delete a package and make another under its version."""
        self.made[ref] = [each for each in self.made[ref] if each.version != version]
        self.made[ref].append(replace(package(version), created_on=later))

    def _note(self, call: str) -> None:
        """Note a change that was made; its answer may be lost."""
        self.asked.append(call)
        if self.loses_answers:
            raise DSSUnavailableError("The answer was lost.")

    def _fail(self, call: str) -> None:
        if call in self.fails:
            raise self.fails[call]


@dataclass
class FakeSurvey:
    """Asks the fake node one thing after the other. `silent` are nodes that don't answer."""

    designer: FakeDesigner
    silent: dict[str, str] = field(default_factory=dict)
    in_use: dict[ServiceRef, list[tuple[str, ModelRef]]] = field(default_factory=dict)
    unread: dict[Any, DSSError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def nodes(self) -> tuple[NodeState, ...]:
        return tuple(NodeState(name, self.silent.get(name, "")) for name in sorted({"design", *self.silent}))

    def projects(self, node: str) -> list[ProjectRef]:
        if node in self.silent:
            raise DSSUnavailableError(self.silent[node])
        return list({ref.project_ref: None for ref in self.designer.known if ref.node == node})

    def services(
        self, projects: Sequence[ProjectRef], counted: Counted | None = None
    ) -> Gathered[ProjectRef, list[Service]]:
        return self._gather(projects, self.designer.services, counted)

    def packages(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, list[Package]]:
        self.calls.append("packages")
        return self._gather(services, self.designer.packages)

    def glances(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, ServiceSetup]:
        self.calls.append("glances")
        return self._gather(services, self.designer.setup)

    def models_in_use(
        self, services: Sequence[ServiceRef], counted: Counted | None = None
    ) -> Gathered[ServiceRef, list[tuple[str, ModelRef]]]:
        return self._gather(services, lambda ref: self.in_use.get(ref, []), counted)

    def _gather(self, things: Sequence[K], ask: Callable[[K], V], counted: Counted | None = None) -> Gathered[K, V]:
        if counted is not None:
            counted(len(things), len(things))
        failed = {thing: self.unread[thing] for thing in things if thing in self.unread}
        return Gathered({thing: ask(thing) for thing in things if thing not in failed}, failed)
