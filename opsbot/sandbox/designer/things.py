"""What a design node holds: projects, API services, packages, and the services on its API Deployer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from opsbot.sandbox.designer.archives import Pieces, package_archive

Json = dict[str, Any]
SMALL_MODEL = 20_000


@dataclass(slots=True)
class Package:
    """What a service was when the package was made."""

    id: str
    created_on: int  # epoch milliseconds
    created_by: str
    release_notes: str | None
    settings: Json
    model_size: int = SMALL_MODEL
    _archive: Pieces = field(default=(), repr=False, compare=False)

    def listed(self) -> Json:
        # guess: everything beyond id and createdOn.
        return {"id": self.id, "createdOn": self.created_on, "createdBy": self.created_by}

    def summary(self) -> Json:
        # guess: every key.
        endpoints = [
            {"id": endpoint.get("id"), "type": endpoint.get("type")} for endpoint in self.settings["endpoints"]
        ]
        return {**self.listed(), "releaseNotes": self.release_notes, "endpoints": endpoints}

    def archive(self) -> Pieces:
        """Return the archive, made when it is first asked for: the checksum of a large one takes a while."""
        if not self._archive:
            self._archive = self._packed()
        return self._archive

    def _packed(self) -> Pieces:
        models = [endpoint["modelRef"] for endpoint in self.settings["endpoints"] if endpoint.get("modelRef")]
        return package_archive(self.id, self.settings, models, self.model_size)


@dataclass(slots=True)
class Service:
    """An API service: its settings, and its packages by id."""

    settings: Json
    packages: dict[str, Package] = field(default_factory=dict)

    def listed(self, project: str) -> Json:
        endpoints = self.settings["endpoints"]
        return {
            "projectKey": project,
            "id": self.settings["id"],
            "name": self.settings["name"],
            "authMethod": self.settings.get("authMethod", "PUBLIC"),
            "endpoints": [{"id": endpoint.get("id"), "type": endpoint.get("type")} for endpoint in endpoints],
        }


@dataclass(slots=True)
class Project:
    """A project: its API services and saved models by id."""

    name: str
    services: dict[str, Service] = field(default_factory=dict)
    models: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Version:
    """A package on the API Deployer."""

    package: Package
    published_on: int  # epoch milliseconds
    published_by: str

    def listed(self) -> Json:
        # guess: everything beyond id.
        return {**self.package.listed(), "publishedOn": self.published_on, "publishedBy": self.published_by}


@dataclass(slots=True)
class PublishedService:
    """A service on the API Deployer: its versions by id, and where it is deployed."""

    versions: dict[str, Version] = field(default_factory=dict)
    deployments: list[Json] = field(default_factory=list)

    def status(self, service_id: str) -> Json:
        return {
            "serviceBasicInfo": {"id": service_id, "name": service_id},  # guess: name
            "packages": [version.listed() for version in self.versions.values()],
            "deployments": self.deployments,
        }
