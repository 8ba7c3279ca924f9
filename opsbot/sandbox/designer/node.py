"""The state of the design node, and what may be done to it.

Every public method may be called from any thread. What a caller can't have raises RefusalError, as the node answers it.
"""

from __future__ import annotations

import copy
import re
import threading
import time
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.designer.deployer import Deployer
from opsbot.sandbox.designer.habits import Habits
from opsbot.sandbox.designer.refusals import (
    UNAUTHORIZED,
    RefusalError,
    bad_argument,
    not_found,
    package_directory_missing,
)
from opsbot.sandbox.designer.things import SMALL_MODEL, Json, Package, Project, Service, Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.sandbox.designer.archives import Pieces

# guess: no public source says which characters the ids of services and packages may have.
_SERVICE_ID = re.compile(r"[A-Za-z0-9_-]+")
_PACKAGE_ID = re.compile(r"(?!\.)[A-Za-z0-9._-]+")
# guess: authMethod, endpoints and customFields are known; the others are likely.
_KNOWN_SETTINGS = frozenset(
    [
        "id",
        "projectKey",
        "name",
        "authMethod",
        "authRealm",
        "endpoints",
        "customFields",
        "tags",
        "description",
        "shortDesc",
        "versionTag",
        "creationTag",
        "checklists",
    ]
)


class Node:
    """A design node in memory, with an API Deployer that shares its lock and its habits.

    `clock` gives epoch seconds. `changed` is called after every change, with the lock held.
    """

    def __init__(
        self, clock: Callable[[], float] = time.time, changed: Callable[[Node], None] = lambda _: None
    ) -> None:
        self.habits = Habits()
        self.projects: dict[str, Project] = {}
        self.lock = threading.RLock()
        self._clock = clock
        self._changed = changed
        self.deployer = Deployer(self.lock, self.habits, lambda: changed(self))

    # Projects and saved models

    def list_projects(self) -> list[Json]:
        with self.lock:
            return [{"projectKey": key, "name": project.name} for key, project in self.projects.items()]

    def create_project(self, key: str, name: str | None = None) -> None:
        with self.lock:
            if key in self.projects:
                raise self.habits.taken(f"Project {key}")
            self.projects[key] = Project(name or key)
            self._changed(self)

    def delete_project(self, key: str) -> None:
        with self.lock:
            self._project(key)
            del self.projects[key]
            self._changed(self)

    def list_models(self, key: str) -> list[Json]:
        with self.lock:
            return [{"id": model["id"], "name": model["name"]} for model in self._project(key).models.values()]

    def get_model(self, key: str, model: str) -> Json:
        with self.lock:
            found = self._project(key).models.get(model)
            if found is None:
                raise not_found(f"Saved model {key}.{model}")
            return copy.deepcopy(found)

    def list_model_versions(self, key: str, model: str) -> list[Json]:
        active = int(self.get_model(key, model)["activeVersion"])
        return [{"id": str(number), "active": number == active} for number in range(1, active + 1)]

    def train_model(self, key: str, model: str) -> None:
        """Make the next version of a model, and put it in use."""
        with self.lock:
            self.get_model(key, model)
            found = self._project(key).models[model]
            found["activeVersion"] = str(int(found["activeVersion"]) + 1)
            self._changed(self)

    def add_model(self, key: str, model: str, name: str) -> None:
        with self.lock:
            self._project(key).models[model] = {
                "id": model,
                "projectKey": key,
                "name": name,
                "type": "PREDICTION",
                "activeVersion": "1",
            }
            self._changed(self)

    # API services

    def list_services(self, key: str) -> list[Json]:
        with self.lock:
            return [service.listed(key) for service in self._project(key).services.values()]

    def create_service(self, key: str, service: str, by: str) -> None:
        with self.lock:
            services = self._project(key).services
            if not _SERVICE_ID.fullmatch(service):
                raise bad_argument(f"Invalid API service id: {service}")
            if service in services:
                raise self.habits.taken(f"API service {service}")
            tag = {"versionNumber": 0, "lastModifiedBy": {"login": by}, "lastModifiedOn": self._now()}  # guess
            services[service] = Service(
                # guess: a new service is called as its id, and everything but endpoints.
                {
                    "id": service,
                    "projectKey": key,
                    "name": service,
                    "authMethod": "PUBLIC",
                    "endpoints": [],
                    "tags": [],
                    "customFields": {},
                    "versionTag": tag,
                    "creationTag": dict(tag),
                }
            )
            self._changed(self)

    def get_settings(self, key: str, service: str) -> Json:
        with self.lock:
            return copy.deepcopy(self._service(key, service).settings)

    def save_settings(self, key: str, service: str, settings: Any, by: str) -> None:
        """Replace the settings whole: no check for a version, the last writer wins."""
        if not isinstance(settings, dict) or not isinstance(settings.get("endpoints", []), list):
            raise bad_argument("Invalid settings")
        with self.lock:
            current = self._service(key, service)
            kept = copy.deepcopy(settings)
            if self.habits.drops_unknown_settings:
                kept = {name: value for name, value in kept.items() if name in _KNOWN_SETTINGS}
            old_tag = current.settings["versionTag"]
            current.settings = {
                "authMethod": "PUBLIC",
                "endpoints": [],
                "name": service,
                **kept,
                # guess: what a PUT can't change.
                "id": service,
                "projectKey": key,
                "creationTag": current.settings["creationTag"],
                "versionTag": {
                    "versionNumber": old_tag["versionNumber"] + 1,
                    "lastModifiedBy": {"login": by},
                    "lastModifiedOn": self._now(),
                },
            }
            self._changed(self)

    # Packages

    def list_packages(self, key: str, service: str) -> list[Json]:
        with self.lock:
            project = self._project(key)
            if service not in project.services and self.habits.unknown_service_has_packages:
                return []
            return [package.listed() for package in self._service(key, service).packages.values()]

    def create_package(
        self,
        key: str,
        service: str,
        package: str,
        *,
        by: str,
        release_notes: str | None = None,
        model_size: int = SMALL_MODEL,
        created_on: int | None = None,
    ) -> None:
        """Take a snapshot of the service; `created_on` (epoch milliseconds) is now unless told otherwise."""
        with self.lock:
            of = self._service(key, service)
            if not _PACKAGE_ID.fullmatch(package):
                raise bad_argument(f"Invalid package id: {package}")
            if package in of.packages:
                raise self.habits.taken(f"Package {package}")
            when = self._now() if created_on is None else created_on
            of.packages[package] = Package(package, when, by, release_notes, copy.deepcopy(of.settings), model_size)
            self._changed(self)

    def delete_package(self, key: str, service: str, package: str) -> None:
        with self.lock:
            self._package(key, service, package)
            del self._service(key, service).packages[package]
            self._changed(self)

    def get_summary(self, key: str, service: str, package: str) -> Json:
        with self.lock:
            return self._package(key, service, package).summary()

    def get_archive(self, key: str, service: str, package: str) -> Pieces:
        with self.lock:
            found = self._package(key, service, package)
        return found.archive()

    def publish(self, key: str, service: str, package: str, *, by: str, to: str | None = None) -> Json:
        """Put a package on the API Deployer, into a service that is made if it isn't there."""
        with self.lock:
            found = self._package(key, service, package)
            target = to or service
            self.deployer.put(target, Version(copy.deepcopy(found), self._now(), by))
            return {"publishedServiceId": target, "packageId": package}  # guess: only that it is an object

    # What isn't there

    def _project(self, key: str) -> Project:
        found = self.projects.get(key)
        if found is None:
            status = self.habits.unknown_project_status
            raise RefusalError(status, UNAUTHORIZED, f"Failed to read project permissions: {key}")
        return found

    def _service(self, key: str, service: str) -> Service:
        found = self._project(key).services.get(service)
        if found is None:
            raise not_found(f"API service {key}.{service}")
        return found

    def _package(self, key: str, service: str, package: str) -> Package:
        services = self._project(key).services
        found = services[service].packages.get(package) if service in services else None
        if found is not None:
            return found
        if self.habits.shows_data_directory:
            raise package_directory_missing(key, service, package)
        raise not_found(f"Package {package}")

    def _now(self) -> int:
        return int(self._clock() * 1000)
