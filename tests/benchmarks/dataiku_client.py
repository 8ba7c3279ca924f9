"""The service client's calls against those of the official client: python -m tests.benchmarks.dataiku_client."""

from __future__ import annotations

import time
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING, Any

import dataikuapi

from opsbot.actions.searching import search
from opsbot.dataiku import DSSClient
from opsbot.dataiku.fleet import fetch_settings
from opsbot.dataiku.gateway import Nodes
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.authorization import BUILT_IN_ROLES, Grant, Standing
from opsbot.domain.commands import ListServices
from opsbot.domain.references import ProjectRef
from tests.benchmarks.dataiku_node import KEY, FarNode, far_node
from tests.benchmarks.report import Row, table

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 300
FLEET = 500
AT_ONCE = 16
NODE_SECONDS = 0.05
PEER = "dataikuapi"

MODEL = "churn_lr"
EVERYTHING = Standing((Grant("viewer"),), BUILT_IN_ROLES)

LISTS: dict[str, Callable[[Any], object]] = {
    "list_api_services": lambda client: client.get_project("FRAUD").list_api_services(),
    "list_packages": lambda client: client.get_project("FRAUD").get_api_service("scoring").list_packages(),
    "list_saved_models": lambda client: client.get_project("FRAUD").list_saved_models(),
    "deployer list_services": lambda client: client.get_apideployer().list_services(),
}


def run(rounds: int = 5) -> list[Row]:
    """List calls one after the other, and the settings of many services in parallel."""
    with far_node() as node, DSSClient(node.url, KEY) as ours:
        theirs = dataikuapi.DSSClient(node.url, KEY)
        rows = [_listing(name, call, ours, theirs, rounds) for name, call in LISTS.items()]
        rows.append(_fleet(node, ours, theirs, min(rounds, 3)))
        rows.append(_search(node, ours, theirs, min(rounds, 3)))
        theirs._session.close()
    return rows


def _listing(name: str, call: Callable[[Any], object], ours: Any, theirs: Any, rounds: int) -> Row:
    taken: list[tuple[float, float]] = []
    for number in range(rounds):
        # Who is first changes, so that what the machine does besides hits both.
        seconds = {id(client): _seconds(call, client) for client in ((ours, theirs) if number % 2 else (theirs, ours))}
        taken.append((seconds[id(ours)], seconds[id(theirs)]))
    return _row(f"{name}, calls one by one", taken, CALLS, "/s", 1.3)


def _seconds(call: Callable[[Any], object], client: Any) -> float:
    call(client)  # the connection is made once
    began = time.perf_counter()
    for _ in range(CALLS):
        call(client)
    return time.perf_counter() - began


def _fleet(node: FarNode, ours: DSSClient, theirs: Any, rounds: int) -> Row:
    """Compare with the reference's own loop over the services of a project."""
    for number in range(FLEET - len(ours.get_project("CHURN").list_api_services())):
        ours.get_project("CHURN").create_api_service(f"fleet{number}")
    node.control("latency", {"seconds": NODE_SECONDS})
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        fetched = fetch_settings(ours.get_project("CHURN").list_api_services("objects"), at_once=AT_ONCE)
        between = time.perf_counter()
        looped = [
            service.get_settings() for service in theirs.get_project("CHURN").list_api_services(as_type="objects")
        ]
        ended = time.perf_counter()
        assert len(looped) == len([one.get() for one in fetched]) == FLEET
        taken.append((between - began, ended - between))
    node.control("latency", {"seconds": 0})
    name = f"settings of {FLEET} services at {NODE_SECONDS * 1000:.0f} ms, {AT_ONCE} at once"
    return _row(name, taken, FLEET, "/s", 12)


def _search(node: FarNode, ours: DSSClient, theirs: Any, rounds: int) -> Row:
    """Compare `services --model` with the seed's loop, over the services that `_fleet` left."""
    node.control("latency", {"seconds": NODE_SECONDS})
    asked = ListServices(ProjectRef("design", "CHURN"), model=MODEL)
    taken = []
    with closing(NodeSurvey(Nodes({"design": ours}))) as survey:
        for _ in range(rounds):
            began = time.perf_counter()
            found = search(asked, EVERYTHING, survey).services
            between = time.perf_counter()
            looped = _services_on_model(theirs.get_project("CHURN"))
            ended = time.perf_counter()
            assert [service.ref.service for service in found] == looped == ["churn"]
            taken.append((between - began, ended - between))
    node.control("latency", {"seconds": 0})
    return _row(f"services on a model, of {FLEET} at {NODE_SECONDS * 1000:.0f} ms", taken, FLEET, "/s", 12)


def _services_on_model(project: Any) -> list[str]:
    return [
        service.id
        for service in project.list_api_services(as_type="objects")
        if any(endpoint.get("modelRef", "") == MODEL for endpoint in service.get_settings().endpoints)
    ]


def _row(name: str, taken: list[tuple[float, float]], amount: float, unit: str, target: float) -> Row:
    ratios = sorted(theirs / ours for ours, theirs in taken)
    mine, peer = (amount / median(column) for column in zip(*taken, strict=True))
    note = f"rounds {ratios[0]:.2f} to {ratios[-1]:.2f}"
    return Row(name, mine, unit, peer, PEER, median(ratios), "at least", target, note)


if __name__ == "__main__":
    print(table(run()))
