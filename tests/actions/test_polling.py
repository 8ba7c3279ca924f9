"""Looks at the nodes: what nobody told is found, once, and a node that can't answer is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.polling import Poll
from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import CreatePackage
from opsbot.domain.models import Endpoint
from opsbot.domain.references import ServiceRef
from opsbot.domain.sights import NodeSight
from opsbot.domain.watching import EVERY_TOPIC, Topic, Watch
from opsbot.errors import DSSUnavailableError
from tests.actions.doing import do
from tests.actions.looking import Sights
from tests.builders import MAYA, NOON, SCORING, package, service
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.domain.watching import Event

MINUTE = timedelta(minutes=1)
CHURN = ServiceRef("design", "CHURN", "churn")


class Looking:
    """A scene that is looked at, a minute between the looks."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.sights = Sights()
        self.scene.watches.kept[1] = Watch(1, "C1", "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON)

    def look(self, times: int = 1) -> list[Event]:
        """Look, and give what is new since."""
        known = set(self.sights.events)
        for _ in range(times):
            scene = self.scene
            Poll(scene.world, scene.survey, self.sights, MINUTE, lambda: False, lambda low, high: (low + high) / 2)()
            scene.now += MINUTE
        return [event for identity, event in self.sights.events.items() if identity not in known]


@pytest.fixture
def looking() -> Looking:
    return Looking()


def test_what_was_there_is_no_news_and_what_is_made_by_others_is(looking: Looking) -> None:
    assert looking.look() == []
    looking.scene.designer.made[SCORING].append(package("v4", by="grace"))
    (event,) = looking.look()
    assert (event.topic, event.version, event.who) == (Topic.PACKAGED, "v4", "grace")
    assert looking.scene.snapshots.find(SCORING, "v4", event.packaged_on) is not None
    assert looking.look(3) == []


def test_what_nobody_watches_is_not_looked_at_and_its_past_is_no_news_later(looking: Looking) -> None:
    looking.scene.designer.known[CHURN] = service(CHURN)
    looking.look()
    assert set(looking.sights.seen) == {SCORING}
    watch = looking.scene.watches.kept.pop(1)
    looking.look()
    assert looking.sights.seen == {}
    looking.scene.designer.made[SCORING].append(package("v4"))
    looking.scene.watches.kept[1] = watch
    assert looking.look(2) == []


def test_settings_are_read_when_a_package_changed_and_in_every_fifth_round(looking: Looking) -> None:
    looking.look(5)
    assert looking.scene.survey.calls.count("glances") == 2
    looking.scene.designer.made[SCORING].append(package("v4"))
    looking.look()
    assert looking.scene.survey.calls.count("glances") == 3
    assert looking.scene.survey.calls.count("packages") == 6


def test_weaker_authentication_and_lost_endpoints_are_seen_in_time(looking: Looking) -> None:
    looking.look()
    looking.scene.designer.known[SCORING] = service(auth="PUBLIC", endpoints=(Endpoint("other", "STD_PREDICTION"),))
    found = looking.look(5)
    assert [event.topic for event in found] == [Topic.AUTH, Topic.ENDPOINTS]


def test_a_service_that_is_gone_is_told_of_and_forgotten(looking: Looking) -> None:
    looking.look()
    del looking.scene.designer.known[SCORING]
    looking.scene.designer.known[ServiceRef("design", "FRAUD", "other")] = service(
        ServiceRef("design", "FRAUD", "other")
    )
    (event,) = looking.look()
    assert event.detail == ("The service isn't there any more.",)
    assert SCORING not in looking.sights.seen


def test_what_the_bot_is_at_just_now_is_left_to_it(looking: Looking) -> None:
    looking.look()
    do(looking.scene, CreatePackage(SCORING, "v4"))
    looking.scene.designer.made[SCORING].append(package("v4"))
    assert looking.look() == []
    ended = replace(looking.scene.changes.get(1), state=ChangeState.FAILED)
    looking.scene.changes.change(1, lambda _: (ended, None))
    assert [event.version for event in looking.look()] == ["v4"]


def test_a_node_that_does_not_answer_is_told_of_once_and_so_is_its_return(looking: Looking) -> None:
    looking.look()
    looking.scene.survey.silent["design"] = "no answer"
    looking.look(20)
    assert looking.sights.said == ["design doesn't answer: no answer"]
    del looking.scene.survey.silent["design"]
    looking.scene.designer.made[SCORING].append(package("v4"))
    assert [event.version for event in looking.look(20)] == ["v4"]
    assert looking.sights.said[1:] == ["design answers again."]


def test_a_node_that_does_not_answer_is_asked_less_and_less_often(looking: Looking) -> None:
    looking.scene.survey.silent["design"] = "no answer"
    looking.look(60)
    assert looking.sights.node("design").failures <= 8
    assert looking.sights.node("design").failures >= 5


@pytest.mark.parametrize(("interval", "longest"), [(2, 60), (30, 300), (60, 600), (120, 900), (1800, 1800), (0.5, 60)])
def test_how_long_a_silent_node_is_left_alone_goes_by_the_interval(interval: float, longest: float) -> None:
    scene = Scene()
    scene.watches.kept[1] = Watch(1, "C1", "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON)
    scene.survey.silent["design"] = "no answer"
    sights = Sights(nodes={"design": NodeSight("design", failures=99)})
    poll = Poll(scene.world, scene.survey, sights, timedelta(seconds=interval), lambda: False, lambda _, __: 1.0)
    poll()
    rest = sights.node("design").next_at
    assert rest is not None
    assert rest - scene.world.clock() == timedelta(seconds=longest)


def test_a_service_that_can_not_be_read_is_left_as_it_was_and_slows_the_looks(looking: Looking) -> None:
    other = ServiceRef("design", "FRAUD", "other")
    looking.scene.designer.known[other] = service(other)
    looking.scene.designer.made[other] = [package("v1")]
    looking.look()
    looking.scene.survey.unread[other] = DSSUnavailableError("503")
    looking.scene.designer.made[SCORING].append(package("v4"))
    assert [event.version for event in looking.look()] == ["v4"]
    assert looking.sights.said == []
    assert looking.look() == []
    assert looking.sights.node("design").failures == 1
    assert looking.sights.seen[other].packages == (package("v1"),)


def test_what_did_not_change_for_long_is_asked_every_other_time_until_it_changes(looking: Looking) -> None:
    looking.look(121)
    looking.scene.survey.calls.clear()
    looking.look(20)
    assert looking.scene.survey.calls.count("packages") == 10
    looking.scene.designer.made[SCORING].append(package("v4"))
    assert len(looking.look(2)) == 1
    looking.scene.survey.calls.clear()
    looking.look(20)
    assert looking.scene.survey.calls.count("packages") == 20


def test_what_happened_is_kept_as_it_happened_not_as_the_node_lists_it(looking: Looking) -> None:
    looking.look()
    made = looking.scene.designer.made[SCORING]
    made[:0] = [package(f"v{number}", age=-number * MINUTE) for number in (6, 5, 4)]
    assert [event.version for event in looking.look()] == ["v4", "v5", "v6"]


def test_a_fault_of_ours_at_one_node_keeps_nobody_from_looking_at_the_others(
    looking: Looking, caplog: pytest.LogCaptureFixture
) -> None:
    looking.scene.rules = replace(looking.scene.rules, nodes=("odd", "design"))
    looking.scene.watches.kept[2] = Watch(2, "C1", "odd:*", EVERY_TOPIC, MAYA, NOON)
    odd = ServiceRef("odd", "FRAUD", "odd")
    looking.scene.designer.known[odd] = service(odd)
    looking.scene.designer.made[odd] = [None]  # type: ignore[list-item]  # what no node sends
    looking.look()
    assert looking.sights.node("odd").failures == 1
    assert "odd can't be looked at" in caplog.text
    assert SCORING in looking.sights.seen
    assert looking.sights.said == []


def test_each_round_is_noted_with_what_came_of_it(looking: Looking) -> None:
    noted: list[tuple[str, str]] = []
    scene = looking.scene
    poll = Poll(scene.world, scene.survey, looking.sights, MINUTE, lambda: False, note=lambda *it: noted.append(it[:2]))
    poll()
    poll()
    assert noted == [("design", "looked")]


def test_what_a_node_calls_as_nobody_could_write_it_is_passed_over_and_all_else_is_seen(looking: Looking) -> None:
    designer = looking.scene.designer
    names = ("two words", "a/b", "dotted.name", "ünïcode", "<!channel>", "nul\0", "x" * 201, "..", "line\nbreak")
    for name in names:
        hostile = ServiceRef("design", "FRAUD", name)
        designer.known[hostile] = service(hostile)
        designer.made[hostile] = [package("v1")]
    assert looking.look() == []
    designer.made[SCORING] += [package(version) for version in ("v4", "v" * 201, "v 5", "nul\0", ".", "<!here>")]
    assert [event.version for event in looking.look()] == ["v4"]
    assert set(looking.sights.seen) == {SCORING}
    assert [each.version for each in looking.sights.seen[SCORING].packages] == ["v3", "v4"]
