"""What time does, and what people do about it: the sweep, pauses, settling, reviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opsbot.actions.publishing import begin, run_of
from opsbot.actions.sweeping import sweep
from opsbot.domain.commands import Approve, CreatePackage, Pause, Resume, Review, Settle
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.pace import Quiet
from opsbot.domain.policies import BreakGlass, Policy
from opsbot.domain.results import Paused, Refused, Resumed, Reviewed, Settled
from opsbot.domain.watching import EVERY_TOPIC, Watch
from opsbot.errors import DSSUnavailableError
from tests.actions.doing import PUBLISH, approved, asked, carry_out, do
from tests.builders import ADA, CHANNEL, MAYA, NOON, OMAR, SCORING, TEAM, grant, rules
from tests.fakes import Scene

ADMINS = rules(*TEAM, grant("admin", ADA))
GLASS = Policy("glass", break_glass=BreakGlass(("publisher",), timedelta(hours=2)))


def swept(scene: Scene, after: timedelta = timedelta(0)) -> Scene:
    scene.now = NOON + after
    sweep(scene.world)
    return scene


def kinds(scene: Scene) -> list[Kind]:
    return [each.kind for each in scene.messages]


def test_what_nobody_decides_expires_and_is_told() -> None:
    scene = Scene()
    number = asked(scene)
    assert swept(scene, timedelta(days=6)).requests.get(number).state is State.PENDING
    assert swept(scene, timedelta(days=7)).requests.get(number).state is State.EXPIRED
    assert kinds(scene) == [Kind.CARD, Kind.REPAINT, Kind.OUTCOME]
    swept(scene, timedelta(days=8))
    assert len(scene.messages) == 3


def test_what_waits_too_long_for_its_turn_expires_too() -> None:
    scene = Scene()
    number = approved(scene)
    swept(scene, timedelta(days=7))
    assert scene.requests.get(number).state is State.EXPIRED
    assert carry_out(scene, number).state is State.EXPIRED
    assert scene.designer.publishes == []


def test_people_are_reminded_as_often_as_the_policy_says() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("daily", remind_every=timedelta(days=1)),)))
    asked(scene)
    for hours in (23, 24, 25, 48):
        swept(scene, timedelta(hours=hours))
    assert kinds(scene) == [Kind.CARD, Kind.REMINDER, Kind.REMINDER]


def test_a_reminder_waits_for_the_end_of_the_channels_quiet_hours_and_is_no_news() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("hourly", remind_every=timedelta(hours=1)),)))
    number = asked(scene)
    night = Watch(1, CHANNEL, "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON, quiet=Quiet.parse("12:30-19:00"))
    elsewhere = replace(night, id=2, services="design:CHURN/*", quiet=Quiet.parse("18:00-23:00"))
    stopped = replace(night, id=3, quiet=Quiet.parse("18:00-23:00"), stopped="gone")
    scene.watches.kept = {watch.id: watch for watch in (night, elsewhere, stopped)}
    events = dict(scene.keeping.events)
    for hours in (1, 2, 6):
        swept(scene, timedelta(hours=hours))
    assert kinds(scene) == [Kind.CARD]
    assert scene.requests.get(number).remind_at == NOON + timedelta(hours=7)
    swept(scene, timedelta(hours=7))
    swept(scene, timedelta(hours=7, minutes=59))
    assert kinds(scene) == [Kind.CARD, Kind.REMINDER]
    swept(scene, timedelta(hours=8))
    assert kinds(scene) == [Kind.CARD, Kind.REMINDER, Kind.REMINDER]
    assert scene.keeping.events == events  # who watches isn't told again that it was asked for


def test_a_policy_that_was_changed_makes_the_open_ones_stale() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("a"),)))
    waiting, ready = asked(scene), approved(scene, replace(PUBLISH, published_service="other"))
    scene.policies.policies = (Policy("a", identity="digest"),)
    swept(scene)
    assert {scene.requests.get(number).state for number in (waiting, ready)} == {State.STALE}


def test_what_a_crash_left_approved_or_asked_for_is_begun() -> None:
    scene = Scene()
    number = approved(scene)
    do(scene, CreatePackage(SCORING, "v4"))
    scene.durable.published.clear()
    scene.durable.changed.clear()
    swept(scene)
    assert (scene.durable.published, scene.durable.changed) == ([(number, 0)], [1])
    assert scene.durable.delivered == ["C01MLOPS"]


def test_each_sweep_sees_to_the_digests_of_the_week() -> None:
    assert swept(Scene(), timedelta(days=1)).watches.digests_wanted_at == NOON + timedelta(days=1)


def test_what_is_held_is_tried_again_only_when_it_is_due() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.fails["packages"] = DSSUnavailableError("silent")
    carry_out(scene, number)
    scene.durable.published.clear()
    assert swept(scene, timedelta(seconds=29)).durable.published == []
    assert swept(scene, timedelta(seconds=30)).durable.published == [(number, 1)]


@pytest.mark.parametrize("error", [DSSUnavailableError("silent"), ValueError("a bug")])
def test_one_request_that_fails_keeps_no_other_waiting(error: Exception) -> None:
    scene = Scene()
    asked(scene)
    asked(scene, replace(PUBLISH, published_service="other"))
    original = scene.requests.change

    def failing(request: int, step: object) -> object:
        if request == 1:
            raise error
        return original(request, step)  # type: ignore[arg-type]  # handed on as it came

    scene.requests.change = failing  # type: ignore[method-assign,assignment]
    swept(scene, timedelta(days=7))
    assert [scene.requests.get(number).state for number in (1, 2)] == [State.PENDING, State.EXPIRED]


# pauses


def test_a_pause_holds_what_is_approved_and_resuming_lets_it_go() -> None:
    scene = Scene(ADMINS)
    number = approved(scene)
    paused = do(scene, Pause("drift in production"), ADA)
    assert isinstance(paused, Paused)
    assert paused.waiting == 1
    assert kinds(scene)[-1] is Kind.REPAINT
    assert carry_out(scene, number).held == "Publishing is paused by ada: drift in production"
    scene.durable.published.clear()
    assert isinstance(do(scene, Resume(), ADA), Resumed)
    assert scene.durable.published == [(number, 1)]
    assert carry_out(scene, number).state is State.PUBLISHED
    assert [each.what for each in scene.entries if each.who == ADA] == ["pause", "resume"]


def test_a_pause_of_one_service_holds_no_other() -> None:
    scene = Scene(ADMINS)
    do(scene, Pause("drift", replace(SCORING, service="other")), ADA)
    assert carry_out(scene, approved(scene)).state is State.PUBLISHED


def test_only_admins_pause_and_what_is_not_paused_is_not_resumed() -> None:
    scene = Scene(ADMINS)
    assert isinstance(do(scene, Pause("drift"), OMAR), Refused)
    refused = do(scene, Resume(SCORING), ADA)
    assert isinstance(refused, Refused)
    assert refused.reason == "There is no pause of design:FRAUD/scoring; nothing is paused."
    assert [each.outcome.partition(":")[0] for each in scene.entries] == ["refused", "refused"]


def test_who_is_admin_of_some_services_does_not_pause_all() -> None:
    scene = Scene(rules(*TEAM, grant("admin", ADA, services=("design:FRAUD/*",))))
    assert isinstance(do(scene, Pause("drift"), ADA), Refused)
    assert isinstance(do(scene, Pause("drift", SCORING), ADA), Paused)


# settling and reviewing


def unknown(scene: Scene) -> int:
    scene.designer.fails["publish"] = DSSUnavailableError("No answer.")
    scene.designer.publish_arrives = False
    number = approved(scene)
    assert carry_out(scene, number).state is State.UNKNOWN
    return number


def test_a_person_settles_what_nobody_knows() -> None:
    scene = Scene()
    number = unknown(scene)
    assert isinstance(do(scene, Settle(number, published=True, reason="I asked"), MAYA), Refused)
    done = do(scene, Settle(number, published=False, reason="the log of the node says so"), OMAR)
    assert isinstance(done, Settled)
    assert done.request.state is State.FAILED
    assert done.request.outcome == "So says omar: the log of the node says so"
    assert kinds(scene)[-2:] == [Kind.REPAINT, Kind.OUTCOME]
    assert isinstance(do(scene, Settle(number, published=True, reason="no"), ADA), Refused)


def test_what_is_known_is_not_settled() -> None:
    scene = Scene()
    number = asked(scene)
    refused = do(scene, Settle(number, published=True, reason="I wish"), OMAR)
    assert isinstance(refused, Refused)
    assert "is pending" in refused.reason


def test_an_unknown_one_blocks_its_published_service_until_it_is_settled() -> None:
    scene = Scene()
    number = unknown(scene)
    scene.designer.fails.clear()
    scene.designer.made[SCORING].append(replace(scene.designer.made[SCORING][0], version="v4"))
    other = approved(scene, replace(PUBLISH, version="v4"))
    assert f"Request {number} by maya (v3) is unknown" in carry_out(scene, other).held
    scene.durable.published.clear()
    do(scene, Settle(number, published=False, reason="never arrived"), OMAR)
    assert scene.durable.published == [(other, 1)]


def broken(scene: Scene) -> int:
    number = asked(scene, replace(PUBLISH, break_glass=True))
    assert carry_out(scene, number).state is State.PUBLISHED
    return number


def test_another_person_reviews_a_broken_glass() -> None:
    scene = Scene(rules(*TEAM, policies=(GLASS,)))
    number = broken(scene)
    assert isinstance(do(scene, Review(number, "fine"), MAYA), Refused)
    reviewed = do(scene, Review(number, "fine"), OMAR)
    assert isinstance(reviewed, Reviewed)
    assert reviewed.request.review is not None
    assert reviewed.request.review.person == OMAR
    assert isinstance(do(scene, Review(number, "fine"), ADA), Refused)
    assert scene.requests.in_debt() == []


def test_a_review_that_is_overdue_is_asked_for_daily() -> None:
    scene = Scene(rules(*TEAM, policies=(GLASS,)))
    broken(scene)
    before = kinds(scene).count(Kind.REVIEW)
    for hours in (1, 2, 3, 26):
        swept(scene, timedelta(hours=hours))
    assert kinds(scene).count(Kind.REVIEW) - before == 2


def test_a_broken_glass_that_came_to_nothing_owes_no_review() -> None:
    scene = Scene(rules(*TEAM, policies=(GLASS,)))
    number = asked(scene, replace(PUBLISH, break_glass=True))
    scene.designer.made[SCORING] = []
    assert carry_out(scene, number).state is State.STALE
    assert scene.requests.in_debt() == []


def test_what_needs_nobody_was_never_voted_on() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("free", quorum=()),)))
    number = asked(scene)
    assert isinstance(do(scene, Approve(number), OMAR), Refused)


def test_a_crash_between_claim_and_post_leaves_nothing_published_twice() -> None:
    scene = Scene()
    number = approved(scene)
    begin(number, run_of(scene.requests.get(number)), scene.world)
    swept(scene, timedelta(days=8))  # what is on its way doesn't expire
    assert scene.requests.get(number).state is State.PUBLISHING
