"""What others do on the node, past every bot: a colleague in the node's own pages, or a script with its own key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.sandbox.designer.refusals import bad_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.sandbox.designer.node import Node


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody at work on one service of the node; every method says in a sentence what was done.

    Raises RefusalError where the node wouldn't have it.
    """

    node: Node
    project: str
    service: str
    login: str = "linus"

    def make_package(self, package: str | None = None) -> str:
        """Make a package; without an id, the next of `v1`, `v2` and so on."""
        made = package or self._next()
        notes = "Made on the node's own page."
        self.node.create_package(self.project, self.service, made, by=self.login, release_notes=notes)
        return f"{self.login} made {made} of {self._name}."

    def replace_package(self, package: str | None = None) -> str:
        """Delete a package, the newest unless one is named, and make another under its id."""
        replaced = package or self._newest()
        self.node.delete_package(self.project, self.service, replaced)
        notes = "Made again, with a correction."
        self.node.create_package(self.project, self.service, replaced, by=self.login, release_notes=notes)
        return f"{self.login} deleted {replaced} of {self._name} and made another {replaced}."

    def delete_package(self, package: str | None = None) -> str:
        """Delete a package: the newest, unless one is named."""
        gone = package or self._newest()
        self.node.delete_package(self.project, self.service, gone)
        return f"{self.login} deleted {gone} of {self._name}."

    def weaken_auth(self) -> str:
        """Let everybody call the service, without a key; a package of what it is now shows that sooner."""
        settings = self.node.get_settings(self.project, self.service)
        before = settings["authMethod"]
        self.node.save_settings(self.project, self.service, settings | {"authMethod": "PUBLIC"}, by=self.login)
        return f"{self.login} changed who may call {self._name}: {before} became PUBLIC."

    def remove_endpoint(self) -> str:
        """Take the last endpoint out of the service."""
        settings = self.node.get_settings(self.project, self.service)
        if not settings["endpoints"]:
            raise bad_argument(f"{self._name} has no endpoint.")
        *kept, gone = settings["endpoints"]
        self.node.save_settings(self.project, self.service, settings | {"endpoints": kept}, by=self.login)
        return f"{self.login} took the endpoint {gone['id']} out of {self._name}."

    def publish(self, package: str | None = None) -> str:
        """Put a package, the newest unless one is named, on the API Deployer."""
        published = package or self._newest()
        self.node.publish(self.project, self.service, published, by=self.login)
        return f"{self.login} published {published} of {self._name}."

    @property
    def _name(self) -> str:
        return f"{self.project}/{self.service}"

    def _packages(self) -> list[str]:
        return [str(package["id"]) for package in self.node.list_packages(self.project, self.service)]

    def _newest(self) -> str:
        packages = self._packages()
        if not packages:
            raise bad_argument(f"{self._name} has no package.")
        return packages[-1]

    def _next(self) -> str:
        taken = self._packages()
        return next(f"v{number}" for number in range(len(taken) + 1, len(taken) + 1000) if f"v{number}" not in taken)


DEEDS: dict[str, tuple[str, Callable[[Colleague], str]]] = {
    "package": ("Make a package", Colleague.make_package),
    "replace": ("Replace the newest", Colleague.replace_package),
    "delete": ("Delete the newest", Colleague.delete_package),
    "publish": ("Publish the newest", Colleague.publish),
    "weaken": ("Drop authentication", Colleague.weaken_auth),
    "endpoint": ("Remove an endpoint", Colleague.remove_endpoint),
}
"""What a button, or a script, can have a colleague do: by name, with the words for it."""


def services_of(node: Node) -> list[tuple[str, str]]:
    """Name the services of the node, each with its project."""
    with node.lock:
        return [(key, service) for key, project in node.projects.items() for service in project.services]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one would look up of a service before acting on it."""

    packages: tuple[str, ...]
    published: frozenset[str]
    auth: str


def glimpse(node: Node, project: str, service: str) -> Glimpse:
    """Look at a service that is there."""
    with node.lock:
        found = node.projects[project].services[service]
        published = node.deployer.services.get(service)
        versions = frozenset(published.versions) if published is not None else frozenset()
        return Glimpse(tuple(found.packages), versions, str(found.settings["authMethod"]))
