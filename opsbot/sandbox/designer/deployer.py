"""The services on the node's API Deployer, and what may be done to them.

Every public method may be called from any thread. What a caller can't have raises RefusalError, as the node answers it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.designer.refusals import ILLEGAL_ARGUMENT, RefusalError, not_found
from opsbot.sandbox.designer.things import PublishedService

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import RLock

    from opsbot.sandbox.designer.archives import Pieces
    from opsbot.sandbox.designer.habits import Habits
    from opsbot.sandbox.designer.things import Json, Version


class Deployer:
    """An API Deployer in memory; where the node's habits say that it has none, every call is refused.

    `changed` is called after every change, with the lock held.
    """

    def __init__(self, lock: RLock, habits: Habits, changed: Callable[[], None]) -> None:
        self.services: dict[str, PublishedService] = {}
        self._lock = lock
        self._habits = habits
        self._changed = changed

    def list_services(self) -> list[Json]:
        with self._lock:
            self._require()
            return [service.status(name) for name, service in self.services.items()]

    def get_service(self, service: str) -> Json:
        with self._lock:
            return self._service(service).status(service)

    def create_service(self, service: str) -> None:
        with self._lock:
            self._require()
            if service in self.services:
                raise self._habits.taken(f"Published service {service}")
            self.services[service] = PublishedService()
            self._changed()

    def put(self, service: str, version: Version) -> None:
        """Take a version into a service, which is made if it isn't there."""
        with self._lock:
            self._require()
            versions = self.services.setdefault(service, PublishedService()).versions
            if version.package.id in versions:
                raise self._habits.taken(f"Version {version.package.id} of published service {service}")
            versions[version.package.id] = version
            self._changed()

    def get_archive(self, service: str, version: str) -> Pieces:
        with self._lock:
            return self._version(service, version).package.archive()

    def delete_version(self, service: str, version: str) -> None:
        with self._lock:
            self._version(service, version)
            del self.services[service].versions[version]
            self._changed()

    def _service(self, service: str) -> PublishedService:
        self._require()
        found = self.services.get(service)
        if found is None:
            raise not_found(f"Published service {service}")
        return found

    def _version(self, service: str, version: str) -> Version:
        found = self._service(service).versions.get(version)
        if found is None:
            raise not_found(f"Version {version} of published service {service}")
        return found

    def _require(self) -> None:
        if not self._habits.deployer:
            raise RefusalError(404, ILLEGAL_ARGUMENT, "No API Deployer is configured on this node")  # guess: the words
