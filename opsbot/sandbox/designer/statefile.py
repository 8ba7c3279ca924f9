"""The node's state in a JSON file, for a stand-in that outlives its process."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.designer.things import Package, Project, PublishedService, Service, Version

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer.node import Node


def save(node: Node, path: Path) -> None:
    """Write the state, at once: a reader sees the old file or the new one."""
    with node.lock:
        state = {
            "projects": {key: asdict(project, dict_factory=_lasting) for key, project in node.projects.items()},
            "published": {
                key: asdict(service, dict_factory=_lasting) for key, service in node.deployer.services.items()
            },
        }
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(state, indent=1), encoding="utf-8")
    beside.replace(path)


def load(node: Node, path: Path) -> None:
    """Replace the node's state by the file's."""
    state = json.loads(path.read_text(encoding="utf-8"))
    with node.lock:
        node.projects = {key: _project(project) for key, project in state["projects"].items()}
        node.deployer.services = {key: _published(service) for key, service in state["published"].items()}


def _lasting(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Leave out what can be made again, such as archives."""
    return {name: value for name, value in fields if not name.startswith("_")}


def _project(state: dict[str, Any]) -> Project:
    services = {
        key: Service(
            service["settings"], {package: Package(**fields) for package, fields in service["packages"].items()}
        )
        for key, service in state["services"].items()
    }
    return Project(state["name"], services, state["models"])


def _published(state: dict[str, Any]) -> PublishedService:
    versions = {
        key: Version(Package(**version["package"]), version["published_on"], version["published_by"])
        for key, version in state["versions"].items()
    }
    return PublishedService(versions, state["deployments"])
