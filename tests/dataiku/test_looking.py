"""Looks at a node that is in trouble, over HTTP: it is left alone as it asks, and its silence is told once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.polling import Poll
from opsbot.dataiku.gateway import Nodes
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.watching import EVERY_TOPIC, Watch
from tests.actions.looking import Sights
from tests.benchmarks.watching_node import Counting
from tests.builders import MAYA, NOON
from tests.fakes import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.dataiku import DSSClient
    from opsbot.sandbox.designer import DesignerServer

MINUTE = timedelta(minutes=1)
PACKAGES = "GET /projects/*/apiservices/*/packages"
AT_ONCE = 4


class Looking:
    """Looks at a real node, with a clock that the test turns."""

    def __init__(self, node: DesignerServer, nodes: Nodes, survey: NodeSurvey) -> None:
        self.node = node
        self.scene = Scene()
        self.sights = Sights()
        self.scene.watches.kept[1] = Watch(1, "C1", "design:*", EVERY_TOPIC, MAYA, NOON)
        self.stretch = 1.0
        self._world = replace(self.scene.world, designer=nodes, clock=lambda: self.scene.now)
        self._poll = Poll(self._world, survey, self.sights, MINUTE, lambda: False, self._draw)

    @property
    def rest(self) -> timedelta:
        """How long the node is left alone from now on."""
        due = self.sights.node("design").next_at
        assert due is not None
        return due - self.scene.now

    def look(self) -> int:
        """Have time pass until the node is due, and look; gives how often the node was asked for packages."""
        before = self.asked()
        self.scene.now = self.sights.node("design").next_at or self.scene.now
        self._poll()
        return self.asked() - before

    def look_too_soon(self) -> int:
        """Look just before the node is due."""
        before = self.asked()
        self.scene.now += self.rest - timedelta(seconds=1)
        self._poll()
        return self.asked() - before

    def asked(self) -> int:
        return sum(seen.path.endswith("/packages") for seen in self.node.site.seen)

    def versions(self) -> list[str]:
        return [event.version for event in self.sights.events.values()]

    def _draw(self, low: float, high: float) -> float:
        assert (low, high) == (0.9, 1.1)
        return self.stretch


@pytest.fixture
def looking(client: DSSClient, node: DesignerServer) -> Iterator[Looking]:
    nodes = Nodes({"design": client})
    with closing(NodeSurvey(nodes, at_once=AT_ONCE)) as survey:
        yield Looking(node, nodes, survey)


def test_a_node_that_asks_to_be_left_alone_is_for_as_long_as_it_asks(looking: Looking) -> None:
    assert looking.look() == 3
    looking.node.faults.add(PACKAGES, "status", status=429, headers={"Retry-After": "600"})
    assert looking.look() == 3  # each once: the wait that the node asks for is longer than a call may take
    assert looking.rest == timedelta(seconds=600)
    assert looking.look_too_soon() == 0
    looking.node.node.create_package("FRAUD", "rules", "meanwhile", by="script")
    looking.look()
    looking.node.faults.clear()
    assert looking.look() == 3
    assert looking.rest == MINUTE
    assert looking.versions() == ["meanwhile"]
    first, back = looking.sights.said
    assert first.startswith("design doesn't answer: The node has too much to do just now (status 429).")
    assert back == "design answers again."


def test_one_service_that_is_too_much_for_the_node_slows_the_looks_and_hides_no_news(looking: Looking) -> None:
    looking.look()
    looking.node.faults.add(
        "GET /projects/FRAUD/apiservices/scoring/packages", "status", status=429, headers={"Retry-After": "300"}
    )
    looking.node.node.create_package("FRAUD", "rules", "v70", by="script")
    looking.look()
    assert looking.versions() == ["v70"]
    assert looking.rest == timedelta(seconds=300)
    assert looking.sights.said == []


@pytest.mark.parametrize("status", [502, 503, 500])
def test_a_node_that_fails_at_everything_is_asked_less_and_less_and_told_of_once(looking: Looking, status: int) -> None:
    looking.look()
    looking.node.faults.add(PACKAGES, "status", status=status, body="<html>trouble</html>")
    rests = []
    for _ in range(6):
        looking.look()
        rests.append(looking.rest / MINUTE)
    assert rests == [2, 4, 8, 10, 10, 10]
    looking.node.faults.clear()
    looking.look()
    assert looking.rest == MINUTE
    first, back = looking.sights.said
    assert f"(status {status})" in first
    assert back == "design answers again."


def test_one_broken_service_is_no_broken_node(looking: Looking) -> None:
    looking.node.faults.add("GET /projects/FRAUD/apiservices/scoring/packages", "status", status=500)
    looking.look()
    looking.look()
    assert (looking.rest, looking.sights.said) == (MINUTE, [])


def test_the_next_look_is_drawn_around_its_time(looking: Looking) -> None:
    for stretch in (0.9, 1.1):
        looking.stretch = stretch
        looking.look()
        assert looking.rest == MINUTE * stretch


def test_a_node_never_sees_more_calls_at_once_than_it_is_allowed(looking: Looking) -> None:
    for number in range(20):
        looking.node.node.create_service("CHURN", f"many{number}", by="script")
    site = looking.node.site
    counting = Counting(site)
    site.fault_of, site.answer = counting.come, counting.answer  # type: ignore[method-assign]
    site.latency = 0.01
    for _ in range(3):
        for number in range(20):
            looking.node.node.create_package(
                "CHURN", f"many{number}", f"v{looking.sights.node('design').round}", by="x"
            )
        looking.look()
    assert len(looking.versions()) == 40
    assert 1 < counting.most <= AT_ONCE
