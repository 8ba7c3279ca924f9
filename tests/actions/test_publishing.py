"""What was approved is carried out once, whatever the node says and whoever dies meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.publishing import ask_again, begin, post, run_of, settle
from opsbot.actions.recording import effects
from opsbot.domain.commands import Approve, Cancel
from opsbot.domain.deliveries import Kind
from opsbot.domain.freezes import Freeze, WeekTime
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Decision
from opsbot.domain.policies import BreakGlass, Policy
from opsbot.domain.results import Decided, Refused
from opsbot.domain.verdict import Ending
from opsbot.errors import (
    DSSConflictError,
    DSSReply,
    DSSUnavailableError,
    DSSUnreadableError,
)
from tests.actions.doing import PUBLISH, approved, asked, carry_out, do
from tests.builders import ADA, MAYA, NOON, SCORING, TEAM, package, rules
from tests.fake_nodes import FakeDesigner
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.domain.deliveries import Effects
    from opsbot.errors import DSSError


def settled(scene: Scene) -> tuple[State, str]:
    request = carry_out(scene, approved(scene))
    assert [each.kind for each in scene.messages[-2:]] == [Kind.REPAINT, Kind.OUTCOME]
    return request.state, request.outcome


def test_what_was_approved_is_published_once() -> None:
    scene = Scene()
    assert settled(scene) == (State.PUBLISHED, "")
    carry_out(scene, 1)
    assert scene.designer.publishes == [(SCORING, "v3", "scoring")]
    assert [each.kind for each in scene.messages].count(Kind.OUTCOME) == 1
    assert [each.what for each in scene.entries] == ["publish", "approve", "publishing", "published"]


def test_what_is_there_already_is_not_sent_again() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.published["scoring"] = {"v3"}
    assert carry_out(scene, number).state is State.FAILED
    assert "already" in scene.requests.get(number).outcome
    assert scene.designer.publishes == []


def test_a_package_that_was_made_again_is_not_published() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.make_again("v3", later=NOON + timedelta(minutes=5))
    assert carry_out(scene, number).state is State.STALE
    assert scene.designer.publishes == []


def test_a_package_that_was_deleted_is_not_published() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.made[SCORING] = []
    assert carry_out(scene, number).state is State.STALE
    assert scene.designer.publishes == []


def test_a_package_that_is_replaced_while_it_is_published_is_said() -> None:
    scene = Scene()

    class Replacing(FakeDesigner):
        def publish(self, *args: object) -> None:
            super().publish(*args)  # type: ignore[arg-type]  # handed on as it came
            self.make_again("v3", later=NOON + timedelta(minutes=5))

    scene.designer = Replacing()
    state, outcome = settled(scene)
    assert state is State.PUBLISHED
    assert "deleted and made again" in outcome


def test_while_the_node_can_not_be_looked_at_nothing_is_sent_and_it_is_tried_again() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.fails["packages"] = DSSUnavailableError("The node is silent.")
    held = carry_out(scene, number)
    assert (held.state, held.attempt) == (State.APPROVED, 1)
    assert "Nothing was sent yet" in held.held
    assert scene.designer.publishes == []
    said = [each.kind for each in scene.messages]
    assert carry_out(scene, number).attempt == 2
    assert [each.kind for each in scene.messages] == said  # the same reason isn't told twice
    scene.designer.fails.clear()
    assert carry_out(scene, number).state is State.PUBLISHED


def test_a_node_that_says_no_when_it_is_looked_at_ends_it() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.fails["packages"] = DSSUnreadableError("A login page came.")
    ended = carry_out(scene, number)
    assert (ended.state, ended.outcome) == (State.FAILED, "Nothing was sent: A login page came.")
    assert scene.designer.publishes == []


# what the node's answer leaves open


def test_a_lost_answer_to_a_publish_that_arrived_is_a_publish() -> None:
    scene = Scene()
    scene.designer.fails["publish"] = DSSUnavailableError("No answer.")
    assert settled(scene)[0] is State.PUBLISHED


def test_silence_with_nothing_there_is_unknown_until_it_is_seen() -> None:
    scene = Scene()
    scene.designer.fails["publish"] = DSSUnavailableError("No answer.")
    scene.designer.publish_arrives = False
    assert settled(scene)[0] is State.UNKNOWN
    request = scene.requests.get(1)
    assert request.try_at == NOON + timedelta(minutes=1)
    ask_again(request, scene.world)
    assert scene.requests.get(1).state is State.UNKNOWN
    scene.designer.published["scoring"] = {"v3"}
    ask_again(request, scene.world)
    assert scene.requests.get(1).state is State.PUBLISHED
    assert len(scene.designer.publishes) == 1


def test_an_unknown_one_is_asked_about_less_and_less_often() -> None:
    scene = Scene()
    scene.designer.fails["publish"] = DSSUnavailableError("No answer.")
    scene.designer.publish_arrives = False
    settled(scene)
    waits = []
    for _ in range(8):
        scene.now = scene.requests.get(1).try_at or NOON
        ask_again(scene.requests.get(1), scene.world)
        waits.append(((scene.requests.get(1).try_at or NOON) - scene.now).total_seconds() / 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize("error", [DSSConflictError("It exists already."), DSSUnreadableError("A login page came.")])
def test_a_no_with_nothing_there_is_a_failure(error: DSSError) -> None:
    scene = Scene()
    scene.designer.fails["publish"] = error
    scene.designer.publish_arrives = False
    assert settled(scene) == (State.FAILED, str(error))


def test_what_never_left_is_a_failure_whatever_the_deployer_says() -> None:
    scene = Scene()
    never = DSSReply("POST", "/x", sent=False)
    scene.designer.fails["publish"] = DSSUnavailableError("No connection.", never)
    scene.designer.publish_arrives = False
    assert settled(scene) == (State.FAILED, "Nothing was sent: No connection.")


def test_where_neither_the_node_nor_the_deployer_answers_it_is_unknown() -> None:
    scene = Scene()

    class GoneAfterPublish(FakeDesigner):
        def publish(self, *args: object) -> None:
            self.fails["published_versions"] = DSSUnavailableError("Gone.")
            raise DSSUnreadableError("A login page came.")

    scene.designer = GoneAfterPublish()
    assert settled(scene)[0] is State.UNKNOWN


# steps that are done again after a crash


def test_a_run_that_was_stopped_after_it_set_out_never_posts_again() -> None:
    scene = Scene()
    number = approved(scene)
    run = run_of(scene.requests.get(number))
    assert begin(number, run, scene.world)
    assert begin(number, run, scene.world)  # the claim was kept, the step was not
    scene.designer.publish_arrives = False
    post(number, run, scene.world)
    assert post(number, run, scene.world).state is State.UNKNOWN
    scene.designer.published["scoring"] = {"v3"}
    ended = post(number, run, scene.world)
    assert ended.state is State.PUBLISHED
    assert len(scene.designer.publishes) == 1
    settle(number, run, ended, scene.world)
    settle(number, run, ended, scene.world)
    assert [each.kind for each in scene.messages].count(Kind.OUTCOME) == 1
    assert not begin(number, run, scene.world)
    assert post(number, run, scene.world) == Ending(State.PUBLISHED, ended.outcome)


def test_a_run_that_lost_its_request_does_nothing() -> None:
    scene = Scene()
    number = approved(scene)
    assert not begin(number, "publish-1-7", scene.world)
    do(scene, Cancel(number), MAYA)
    run = run_of(scene.requests.get(number))
    assert not begin(number, run, scene.world)
    settle(number, run, Ending(State.PUBLISHED, ""), scene.world)
    assert scene.requests.get(number).state is State.CANCELLED
    assert scene.designer.publishes == []


# freezes, pauses, turns


def test_nothing_is_published_in_a_freeze_but_after_it() -> None:
    freeze = Freeze(datetime(2026, 11, 2, 0, 0), datetime(2026, 11, 2, 18, 0), "UTC", "quarter's end")  # noqa: DTZ001 - a local time is meant
    scene = Scene(rules(*TEAM, policies=(Policy("calm", freezes=(freeze,)),)))
    number = approved(scene)
    held = carry_out(scene, number)
    assert (held.state, held.try_at) == (State.APPROVED, NOON + timedelta(hours=6))
    assert held.held == "Publishing is frozen: quarter's end."
    scene.now = NOON + timedelta(hours=6)
    assert carry_out(scene, number).state is State.PUBLISHED


def test_a_broken_glass_goes_through_a_freeze_but_not_through_a_pause() -> None:
    always = Freeze(WeekTime(0, time(0)), WeekTime(0, time(0)))
    policy = Policy("glass", freezes=(always,), break_glass=BreakGlass(("publisher",)))
    scene = Scene(rules(*TEAM, policies=(policy,)))
    number = asked(scene, replace(PUBLISH, break_glass=True))
    scene.pauses.add("*", Decision(ADA, NOON, "an incident"), effects_of_nothing(scene, number))
    assert carry_out(scene, number).held == "Publishing is paused by ada: an incident"
    scene.pauses.lift("*", Decision(ADA, NOON), effects_of_nothing(scene, number))
    assert carry_out(scene, number).state is State.PUBLISHED
    assert [each.kind for each in scene.messages[-3:]] == [Kind.REPAINT, Kind.OUTCOME, Kind.REVIEW]


def effects_of_nothing(scene: Scene, number: int) -> Effects:
    return effects(scene.requests.get(number), None, "pause", NOON)


def test_one_at_a_time_goes_to_a_published_service_and_the_next_follows() -> None:
    scene = Scene()
    scene.designer.made[SCORING].append(package("v4"))
    first = approved(scene)
    second = approved(scene, replace(PUBLISH, version="v4"))
    run = run_of(scene.requests.get(first))
    begin(first, run, scene.world)
    held = carry_out(scene, second)
    assert held.state is State.APPROVED
    assert held.held == "Request 1 by maya (v3) is publishing on scoring; one goes at a time."
    scene.durable.published.clear()
    settle(first, run, post(first, run, scene.world), scene.world)
    assert scene.durable.published == [(second, 1)]
    assert carry_out(scene, second).state is State.PUBLISHED


def test_a_cancelled_request_is_not_carried_out() -> None:
    scene = Scene()
    number = asked(scene)
    assert isinstance(do(scene, Cancel(number), MAYA), Decided)
    assert carry_out(scene, number).state is State.CANCELLED
    assert scene.designer.publishes == []
    assert isinstance(do(scene, Approve(number), ADA), Refused)
