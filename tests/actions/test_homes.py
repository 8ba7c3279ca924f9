"""What concerns one person, and that their Home shows what is true last, whoever painted it when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.homes import HomePainter
from opsbot.actions.stores import Changed
from opsbot.domain.commands import Approve, Decline, Pause, RequestPublish, ShowHome
from opsbot.domain.deliveries import HOMES, Kind
from opsbot.domain.homes import HomeShown
from opsbot.domain.lifecycle import State
from opsbot.domain.policies import Policy
from opsbot.errors import OvertakenError, TellingError
from tests.actions.doing import approved, asked, carry_out, do
from tests.builders import ADA, MAYA, OMAR, SCORING, TEAM, VIC, grant, package, rules
from tests.fake_nodes import FakeDesigner
from tests.fakes import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.domain.models import Person, PublishRequest


def inbox(scene: Scene, person: Person = OMAR) -> HomeShown:
    shown = do(scene, ShowHome(), person)
    assert isinstance(shown, HomeShown)
    return shown


def ids(scene: Scene, person: Person = OMAR) -> list[int]:
    return [choice.request.id for choice in inbox(scene, person).waiting.shown]


def many(count: int) -> FakeDesigner:
    return FakeDesigner(made={SCORING: [package(f"v{number}") for number in range(1, count + 1)]})


def test_what_waits_is_what_ones_yes_would_count_on() -> None:
    scene = Scene()
    number = asked(scene)
    assert (ids(scene, OMAR), ids(scene, ADA)) == ([number], [number])
    assert (ids(scene, MAYA), ids(scene, VIC)) == ([], [])
    [choice] = inbox(scene).waiting.shown
    assert choice.missing == (("approver", 1),)
    assert choice.verbs == frozenset({"approve", "decline"})


def test_who_voted_or_packaged_or_came_too_late_is_not_asked() -> None:
    policy = Policy("two", quorum=(("approver", 2),))
    scene = Scene(rules(*TEAM, policies=(policy,)))
    number = asked(scene)
    do(scene, Approve(number), OMAR)
    assert (ids(scene, OMAR), ids(scene, ADA)) == ([], [number])
    scene.now += policy.expires_after
    assert ids(scene, ADA) == []
    scene.now -= policy.expires_after
    scene.policies.policies = (replace(policy, quorum=(("approver", 1),)),)
    assert ids(scene, ADA) == []


def test_a_request_that_one_may_not_even_see_waits_for_nobody() -> None:
    scene = Scene(rules(grant("publisher", MAYA), grant("approver", OMAR, services=("design:CHURN/*",))))
    asked(scene)
    shown = inbox(scene)
    assert (shown.waiting.shown, shown.published.shown) == ((), ())


def test_what_one_asked_for_is_there_open_ones_first_and_ended_ones_for_a_week() -> None:
    scene = Scene(designer=many(2))
    over = asked(scene, RequestPublish(SCORING, "v1"))
    do(scene, Decline(over, "no"), OMAR)
    going = asked(scene, RequestPublish(SCORING, "v2"))
    own = inbox(scene, MAYA).own
    assert [each.request.id for each in own.shown] == [going, over]
    assert [each.verbs for each in own.shown] == [frozenset({"cancel"}), frozenset()]
    scene.now += timedelta(days=8)
    assert [each.request.id for each in inbox(scene, MAYA).own.shown] == [going]
    assert inbox(scene, OMAR).own.shown == ()


def test_what_was_published_is_there_for_who_may_read_it() -> None:
    scene = Scene()
    carry_out(scene, approved(scene))
    assert [each.state for each in inbox(scene, VIC).published.shown] == [State.PUBLISHED]
    assert inbox(scene, ADA).waiting.shown == ()


def test_publishes_of_unknown_outcome_wait_for_whoever_may_settle_them() -> None:
    scene = Scene()
    number = approved(scene)
    scene.requests.change(number, lambda request, _: _as(request, State.PUBLISHING))
    scene.requests.change(number, lambda request, _: _as(request, State.UNKNOWN))
    assert [each.id for each in inbox(scene, ADA).unjudged.shown] == [number]
    assert inbox(scene, MAYA).unjudged.shown == ()


def _as(request: PublishRequest, state: State) -> Changed:
    return Changed(replace(request, state=state), None)


def test_it_stays_small_and_says_how_much_more_there_is() -> None:
    scene = Scene(designer=many(20))
    for number in range(1, 21):
        asked(scene, RequestPublish(SCORING, f"v{number}"))
    waiting, own = inbox(scene).waiting, inbox(scene, MAYA).own
    assert (len(waiting.shown), waiting.more, waiting.shown[0].request.id) == (8, 12, 1)
    assert (len(own.shown), own.more) == (5, 15)


def test_pauses_are_shown_to_whom_they_stop() -> None:
    scene = Scene(rules(*TEAM, grant("admin", ADA)))
    do(scene, Pause("drift"), ADA)
    do(scene, Pause("recall", SCORING), ADA)
    assert [each.reason for each in inbox(scene, VIC).pauses] == ["drift", "recall"]
    scene.rules = rules(grant("viewer", VIC, services=("design:CHURN/*",)), grant("admin", ADA))
    assert [each.reason for each in inbox(scene, VIC).pauses] == ["drift"]


@dataclass
class Slack:
    """Shows one Home, and refuses as Slack does; `meanwhile` are things that happen while a picture is on its way."""

    mark: str = ""
    shown: HomeShown | None = None
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    fails: list[TellingError] = field(default_factory=list)
    publishes: int = 0

    def show(self, home: HomeShown, instead_of: str) -> str:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if self.fails:
            raise self.fails.pop(0)
        if instead_of not in {"", self.mark}:
            raise OvertakenError("no", again=True)
        self.publishes += 1
        self.mark, self.shown = f"hash {self.publishes}", home
        return self.mark

    @property
    def waiting(self) -> list[int]:
        assert self.shown is not None
        return [choice.request.id for choice in self.shown.waiting.shown]


def test_a_picture_that_another_overtook_is_painted_anew() -> None:
    scene, slack = Scene(), Slack()
    replica, other = HomePainter(scene.world, slack), HomePainter(scene.world, slack)
    replica.welcome(OMAR.id)

    def overtake() -> None:
        asked(scene)
        other.paint(OMAR.id)

    slack.meanwhile = [overtake]
    replica.paint(OMAR.id)
    assert slack.waiting == [1]


def test_the_first_picture_of_all_is_looked_at_again_since_nothing_tells_who_was_first() -> None:
    scene, slack = Scene(), Slack()
    replica, other = HomePainter(scene.world, slack), HomePainter(scene.world, slack)

    def overtake() -> None:
        asked(scene)
        other.welcome(OMAR.id)

    slack.meanwhile = [overtake]
    replica.welcome(OMAR.id)
    assert slack.waiting == [1]
    assert scene.homes.kept[OMAR.id].mark == slack.mark


def test_a_picture_whose_painter_died_before_it_could_tell_is_replaced() -> None:
    scene, slack = Scene(), Slack()
    painter = HomePainter(scene.world, slack)
    painter.welcome(OMAR.id)
    slack.mark = "of a dead replica"
    asked(scene)
    painter.paint(OMAR.id)
    assert slack.waiting == [1]
    assert scene.homes.kept[OMAR.id].mark == slack.mark


def test_of_what_a_home_tells_is_kept_before_it_is_shown() -> None:
    scene, slack = Scene(), Slack()
    slack.meanwhile = [lambda: seen.append(scene.homes.kept[OMAR.id].sight)]
    seen: list[frozenset[str]] = []
    HomePainter(scene.world, slack).welcome(OMAR.id)
    assert seen == [frozenset({"*"})]


def test_what_is_put_off_at_the_opening_is_shown_later_and_what_is_refused_is_forgotten() -> None:
    scene = Scene()
    slack = Slack(fails=[TellingError("later", again=True), TellingError("no such user")])
    painter = HomePainter(scene.world, slack)
    painter.welcome(OMAR.id)
    assert [(each.kind, each.text) for each in scene.messages] == [(Kind.HOME, OMAR.id)]
    assert scene.durable.delivered == [HOMES]
    with pytest.raises(TellingError, match="no such user"):
        painter.paint(OMAR.id)
    assert scene.homes.kept == {}
    painter.paint(OMAR.id)  # nobody looks at it
    assert slack.shown is None


def test_a_home_that_changes_and_changes_is_put_off() -> None:
    scene, slack = Scene(), Slack()
    painter = HomePainter(scene.world, slack)
    painter.welcome(OMAR.id)
    slack.fails = [OvertakenError("no", again=True) for _ in range(8)]
    with pytest.raises(TellingError) as put_off:
        painter.paint(OMAR.id)
    assert put_off.value.again


def test_who_is_barred_sees_nothing_of_what_they_asked_for_once() -> None:
    scene, slack = Scene(), Slack()
    asked(scene)
    painter = HomePainter(scene.world, slack)
    painter.welcome(MAYA.id)
    assert slack.shown is not None
    assert slack.shown.own.total == 1
    scene.directory.barred = "You are a guest."
    painter.welcome(MAYA.id)
    assert slack.shown == HomeShown(slack.shown.person, barred="You are a guest.")
    scene.directory.problem = scene.directory.barred = "Slack doesn't say who you are."
    painter.welcome(MAYA.id)
    assert slack.shown == HomeShown(slack.shown.person, barred=scene.directory.barred, sight=frozenset({"*"}))
