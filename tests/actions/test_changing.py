from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.publishing import carry_out
from opsbot.domain.commands import Approve, Cancel, Command, CreatePackage, Decline, ListRequests, RequestPublish
from opsbot.domain.lifecycle import State
from opsbot.domain.models import MessageRef, Person, PublishRequest
from opsbot.domain.policy import Policy
from opsbot.domain.results import Decided, PackageCreated, PublishRequested, Refused, RequestsListed, Result
from opsbot.domain.rules import ChannelRules, Rules
from opsbot.errors import ConflictError, DSSConflictError, DSSUnavailableError, DSSUnreadableError, NotFoundError
from tests.builders import ADA, CHANNEL, MAYA, OMAR, SCORING, TEAM, VIC, asker, grant, package, rules
from tests.fakes import FakeAnnouncer, FakeDesigner, Scene

PUBLISH = RequestPublish(SCORING, "v3", reason="it is due")


def do(scene: Scene, command: Command, person: Person = MAYA, *, thread: str | None = None) -> Result:
    return Dispatcher(scene.world).do(command, asker(person, thread=thread))


def asked(scene: Scene) -> int:
    result = do(scene, PUBLISH)
    assert isinstance(result, PublishRequested)
    return result.request.id


def approved(scene: Scene) -> int:
    number = asked(scene)
    assert isinstance(do(scene, Approve(number), OMAR), Decided)
    return number


# packaging


def test_a_package_is_made_and_announced_where_it_is_wanted() -> None:
    channels = {"C7": ChannelRules(announce=("design:FRAUD/*",)), "C8": ChannelRules(announce=("design:CHURN/*",))}
    scene = Scene(rules=Rules(("design",), rules(*TEAM).access, (), channels))
    result = do(scene, CreatePackage(SCORING, "v4", "retrained"))
    assert isinstance(result, PackageCreated)
    assert result.package.release_notes == "retrained"
    assert [made.version for made in scene.designer.made[SCORING]] == ["v3", "v4"]
    assert scene.announcer.packaged == [("v4", ("C7",))]


def test_the_channel_where_it_was_asked_is_not_told_twice() -> None:
    channels = {CHANNEL: ChannelRules(announce=("*",))}
    scene = Scene(rules=Rules(("design",), rules(*TEAM).access, (), channels))
    do(scene, CreatePackage(SCORING, "v4"))
    assert scene.announcer.packaged == [("v4", ())]


def test_a_version_is_never_made_twice() -> None:
    scene = Scene()
    with pytest.raises(ConflictError, match="v3"):
        do(scene, CreatePackage(SCORING, "v3"))
    assert len(scene.designer.made[SCORING]) == 1


def test_who_may_not_package_makes_nothing() -> None:
    scene = Scene()
    assert isinstance(do(scene, CreatePackage(SCORING, "v4"), VIC), Refused)
    assert len(scene.designer.made[SCORING]) == 1


def test_a_package_that_was_made_is_said_to_be_made_though_the_node_falls_silent() -> None:
    class SilentAfterwards(FakeDesigner):
        def create_package(self, *args: Any) -> None:
            super().create_package(*args)
            self.fails["packages"] = DSSUnavailableError("No answer.")

    result = do(Scene(designer=SilentAfterwards()), CreatePackage(SCORING, "v4", "retrained"))
    assert isinstance(result, PackageCreated)
    assert (result.package.version, result.package.created_on) == ("v4", None)


# asking


def test_asking_opens_a_request_and_posts_its_card_where_it_was_asked() -> None:
    scene = Scene(designer=FakeDesigner(made={SCORING: [package("v3", notes="retrained")]}))
    result = do(scene, PUBLISH)
    assert isinstance(result, PublishRequested)
    assert result.request.state is State.PENDING
    assert result.request.wish.package.release_notes == "retrained"
    assert result.request.card == MessageRef(CHANNEL, "1.0")
    assert scene.designer.publishes == []


def test_a_policy_names_the_channel_of_the_cards() -> None:
    policies = (Policy(("design:CHURN/*",), "C8"), Policy(("design:FRAUD/*",), "C2"))
    scene = Scene(rules=Rules(("design",), rules(*TEAM).access, policies))
    asked(scene)
    assert scene.announcer.cards == [(1, "C2")]


def test_asking_again_shows_the_open_request() -> None:
    scene = Scene()
    first = asked(scene)
    again = do(scene, PUBLISH, OMAR)
    assert isinstance(again, PublishRequested)
    assert (again.request.id, again.was_open) == (first, True)
    assert len(scene.announcer.cards) == 1


def test_a_card_that_could_not_be_posted_is_tried_again_with_the_next_asking() -> None:
    scene = Scene(announcer=FakeAnnouncer(refuses="not there"))
    first = do(scene, PUBLISH)
    assert isinstance(first, PublishRequested)
    assert first.card_problem == "not there"
    scene.announcer.refuses = ""
    again = do(scene, PUBLISH)
    assert isinstance(again, PublishRequested)
    assert again.request.card is not None
    assert again.request.id == first.request.id


def test_of_two_cards_posted_at_once_one_is_taken_back() -> None:
    scene = Scene()

    class TwoAtOnce(FakeAnnouncer):
        def post_card(self, request: PublishRequest, channel: str) -> MessageRef | str:
            scene.requests.remember_card(request.id, MessageRef(channel, "first"))
            return MessageRef(channel, "second")

    scene.announcer = TwoAtOnce()
    result = do(scene, PUBLISH)
    assert isinstance(result, PublishRequested)
    assert result.request.card == MessageRef(CHANNEL, "first")
    assert scene.announcer.withdrawn == [MessageRef(CHANNEL, "second")]


def test_a_decision_while_the_card_is_on_its_way_is_painted_on_it() -> None:
    scene = Scene()

    class Slow(FakeAnnouncer):
        def post_card(self, request: PublishRequest, channel: str) -> MessageRef | str:
            do(scene, Decline(request.id), OMAR)
            return super().post_card(request, channel)

    scene.announcer = Slow()
    do(scene, PUBLISH)
    assert [(each.state, each.card) for each in scene.announcer.painted][-1] == (
        State.DECLINED,
        MessageRef(CHANNEL, "1.0"),
    )


def test_what_is_published_is_not_asked_for() -> None:
    scene = Scene(designer=FakeDesigner(published={"scoring": {"v3"}}))
    with pytest.raises(ConflictError, match="already"):
        do(scene, PUBLISH)
    assert isinstance(do(scene, replace(PUBLISH, published_service="other")), PublishRequested)


def test_what_was_never_packaged_is_not_asked_for() -> None:
    with pytest.raises(NotFoundError, match="The newest there: v3"):
        do(Scene(), RequestPublish(SCORING, "v9"))


def test_who_may_not_publish_asks_for_nothing() -> None:
    scene = Scene()
    assert isinstance(do(scene, PUBLISH, VIC), Refused)
    assert scene.announcer.cards == []


def test_the_open_requests_are_listed_unless_more_is_asked_for() -> None:
    scene = Scene()
    do(scene, Decline(asked(scene)), OMAR)
    asked(scene)
    shown = do(scene, ListRequests(), VIC)
    everything = do(scene, ListRequests(every=True), VIC)
    declined = do(scene, ListRequests(state=State.DECLINED), VIC)
    assert isinstance(shown, RequestsListed)
    assert isinstance(everything, RequestsListed)
    assert isinstance(declined, RequestsListed)
    assert [[each.id for each in result.requests] for result in (shown, everything, declined)] == [[2], [2, 1], [1]]


def test_requests_on_services_that_one_may_not_see_are_not_listed() -> None:
    scene = Scene(rules=rules(*TEAM, grant("viewer", Person("U9", "nia"), services=("design:CHURN/*",))))
    asked(scene)
    shown = do(scene, ListRequests(), Person("U9", "nia"))
    assert isinstance(shown, RequestsListed)
    assert shown.total == 0


# deciding


def test_an_approval_is_shown_on_the_card_and_starts_the_publish() -> None:
    scene = Scene()
    number = approved(scene)
    assert scene.started == [number]
    assert [each.state for each in scene.announcer.painted] == [State.APPROVED]


@pytest.mark.parametrize(
    ("command", "person", "state"), [(Decline, OMAR, State.DECLINED), (Cancel, MAYA, State.CANCELLED)]
)
def test_a_decline_and_a_cancel_end_the_request(command: type[Decline | Cancel], person: Person, state: State) -> None:
    scene = Scene()
    number = asked(scene)
    result = do(scene, command(number, "too early"), person)
    assert isinstance(result, Decided)
    assert result.request.state is state
    assert result.request.decision is not None
    assert result.request.decision.comment == "too early"
    assert [each.state for each in scene.announcer.outcomes] == [state]
    assert scene.started == []


def test_what_is_approved_but_not_begun_may_be_cancelled() -> None:
    scene = Scene()
    number = approved(scene)
    assert isinstance(do(scene, Cancel(number), MAYA), Decided)
    carry_out(number, scene.world)
    assert scene.requests.get(number).state is State.CANCELLED
    assert scene.designer.publishes == []


def test_the_requester_does_not_approve() -> None:
    scene = Scene(rules=rules(*TEAM, grant("approver", MAYA)))
    assert isinstance(do(scene, Approve(asked(scene)), MAYA), Refused)
    assert scene.started == []


def test_of_fifty_approvals_at_once_one_counts_and_the_others_hear_who_won() -> None:
    people = [Person(f"U{number:02}", f"person{number}") for number in range(50)]
    scene = Scene(rules=rules(*TEAM, grant("approver", *people)))
    number = asked(scene)
    with ThreadPoolExecutor(50) as threads:
        results = list(threads.map(lambda who: do(scene, Approve(number), who), people))
    winners = [each for each in results if isinstance(each, Decided)]
    losers = [each for each in results if isinstance(each, Refused)]
    assert (len(winners), len(losers)) == (1, 49)
    assert winners[0].request.decision is not None
    name = winners[0].request.decision.person.name
    assert {each.reason for each in losers} == {f"Request {number} was approved by {name} already."}
    assert scene.started == [number]


def test_in_the_thread_of_its_card_a_request_is_meant() -> None:
    scene = Scene()
    number = asked(scene)
    dispatcher = Dispatcher(scene.world)
    assert dispatcher.defaults(asker(thread=f"{number}.0").place).request == number
    assert dispatcher.defaults(asker(thread="7.7").place).request is None


# carrying out


def settled(scene: Scene) -> tuple[State, str]:
    number = approved(scene)
    carry_out(number, scene.world)
    request = scene.requests.get(number)
    assert scene.announcer.outcomes == [request]
    assert scene.announcer.painted[-1] == request
    return request.state, request.outcome


def test_what_was_approved_is_published_once() -> None:
    scene = Scene()
    assert settled(scene)[0] is State.PUBLISHED
    carry_out(1, scene.world)
    assert scene.designer.publishes == [(SCORING, "v3", "scoring")]
    assert len(scene.announcer.outcomes) == 1


def test_what_is_there_already_is_not_sent_again() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.published["scoring"] = {"v3"}
    carry_out(number, scene.world)
    assert scene.requests.get(number).state is State.FAILED
    assert scene.designer.publishes == []


def test_a_package_that_was_made_again_is_not_published() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.made[SCORING] = [package("v3", age=timedelta(minutes=-5))]
    carry_out(number, scene.world)
    assert scene.requests.get(number).state is State.STALE
    assert scene.designer.publishes == []


def test_a_package_that_was_deleted_is_not_published() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.made[SCORING] = []
    carry_out(number, scene.world)
    assert scene.requests.get(number).state is State.STALE
    assert scene.designer.publishes == []


def test_while_the_node_can_not_be_looked_at_nothing_is_sent() -> None:
    scene = Scene()
    number = approved(scene)
    scene.designer.fails["packages"] = DSSUnavailableError("The node is silent.")
    carry_out(number, scene.world)
    assert scene.requests.get(number).state is State.FAILED
    assert "Nothing was sent" in scene.requests.get(number).outcome
    assert scene.designer.publishes == []


def test_a_lost_answer_to_a_publish_that_arrived_is_a_publish() -> None:
    lost = FakeDesigner(fails={"publish": DSSUnavailableError("No answer.")})
    assert settled(Scene(designer=lost))[0] is State.PUBLISHED


def test_silence_with_nothing_there_is_unknown() -> None:
    silent = FakeDesigner(fails={"publish": DSSUnavailableError("No answer.")}, publish_arrives=False)
    assert settled(Scene(designer=silent))[0] is State.UNKNOWN


@pytest.mark.parametrize("error", [DSSConflictError("It exists already."), DSSUnreadableError("A login page came.")])
def test_a_no_with_nothing_there_is_a_failure(error: DSSConflictError | DSSUnreadableError) -> None:
    refusing = FakeDesigner(fails={"publish": error}, publish_arrives=False)
    assert settled(Scene(designer=refusing)) == (State.FAILED, str(error))


def test_where_neither_the_node_nor_the_deployer_answers_it_is_unknown() -> None:
    scene = Scene()

    class GoneAfterPublish(FakeDesigner):
        def publish(self, *args: object) -> None:
            self.fails["published_versions"] = DSSUnavailableError("Gone.")
            raise DSSUnreadableError("A login page came.")

    scene.designer = GoneAfterPublish()
    assert settled(scene)[0] is State.UNKNOWN


def test_a_cancelled_request_is_not_carried_out() -> None:
    scene = Scene()
    number = asked(scene)
    do(scene, Cancel(number), MAYA)
    carry_out(number, scene.world)
    assert scene.requests.get(number).state is State.CANCELLED
    assert scene.designer.publishes == []
    assert isinstance(do(scene, Approve(number), ADA), Refused)
