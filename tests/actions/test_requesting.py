from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions import changing
from opsbot.domain.audit import Entry
from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import CreatePackage, Decline, Explain, ListRequests, RequestPublish
from opsbot.domain.deliveries import Effects, Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Decision, Package, Person
from opsbot.domain.policies import BreakGlass, Policy
from opsbot.domain.references import ServiceRef
from opsbot.domain.results import Explained, PublishRequested, Refused, RequestsListed
from opsbot.errors import ConflictError, DSSUnavailableError, NotFoundError
from tests.actions.doing import PUBLISH, approved, asked, carry_out, do, make
from tests.builders import ADA, CHANNEL, MAYA, NOON, OMAR, SCORING, TEAM, VIC, grant, package, rules, service
from tests.fake_requests import FakeRequests
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.actions.stores import Step
    from opsbot.domain.models import PublishRequest

URGENT = replace(PUBLISH, break_glass=True)
GLASS = Policy("glass", break_glass=BreakGlass(("publisher",), timedelta(hours=2)))


def test_asking_opens_a_request_and_has_its_card_posted_where_it_was_asked() -> None:
    scene = Scene()
    scene.designer.made[SCORING] = [package("v3", notes="retrained")]
    result = do(scene, PUBLISH)
    assert isinstance(result, PublishRequested)
    assert result.request.state is State.PENDING
    assert result.request.wish.package.release_notes == "retrained"
    assert result.missing == (("approver", 1),)
    assert [(each.kind, each.channel, each.request) for each in scene.messages] == [(Kind.CARD, CHANNEL, 1)]
    assert [(each.what, each.outcome, each.request) for each in scene.entries] == [("publish", "done", 1)]
    assert scene.durable.published == []


def test_the_request_keeps_which_package_was_meant_and_under_which_policy() -> None:
    policy = Policy("strict", identity="digest", expires_after=timedelta(hours=3), remind_every=timedelta(hours=1))
    scene = Scene(rules(*TEAM, policies=(policy,)))
    wish = scene.requests.get(asked(scene)).wish
    assert (wish.summary_digest, wish.archive_digest) == ("summary of v3", "archive of v3")
    assert (wish.policy, wish.policy_name) == (policy.digest, "strict")
    assert (wish.expires_at, wish.remind_at) == (NOON + timedelta(hours=3), NOON + timedelta(hours=1))


def test_without_a_policy_that_asks_for_it_no_archive_is_read() -> None:
    scene = Scene()
    assert scene.requests.get(asked(scene)).wish.archive_digest == ""


def test_a_policy_names_the_channel_of_the_cards() -> None:
    policies = (
        Policy("churn", ("design:CHURN/*",), approvals_channel="C8"),
        Policy("fraud", ("design:FRAUD/*",), approvals_channel="C2"),
    )
    scene = Scene(rules(*TEAM, policies=policies))
    asked(scene)
    assert [each.channel for each in scene.messages] == ["C2"]


def test_asking_again_shows_the_open_request() -> None:
    scene = Scene()
    first = asked(scene)
    again = do(scene, PUBLISH, OMAR)
    assert isinstance(again, PublishRequested)
    assert (again.request.id, again.was_open) == (first, True)
    assert len(scene.messages) == 1


def test_what_is_published_is_not_asked_for() -> None:
    scene = Scene()
    scene.designer.published["scoring"] = {"v3"}
    with pytest.raises(ConflictError, match="already"):
        do(scene, PUBLISH)
    assert isinstance(do(scene, replace(PUBLISH, published_service="other")), PublishRequested)
    assert [each.outcome.partition(":")[0] for each in scene.entries] == ["failed", "done"]


def test_what_was_never_packaged_is_not_asked_for() -> None:
    with pytest.raises(NotFoundError, match="The newest there: v3"):
        do(Scene(), RequestPublish(SCORING, "v9"))


def test_who_may_not_publish_asks_for_nothing() -> None:
    scene = Scene()
    assert isinstance(do(scene, PUBLISH, VIC), Refused)
    assert scene.messages == []


def test_a_policy_that_asks_for_nobody_publishes_at_once() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("free", quorum=()),)))
    result = do(scene, PUBLISH)
    assert isinstance(result, PublishRequested)
    assert (result.request.state, result.missing) == (State.APPROVED, ())
    assert scene.durable.published == [(1, 0)]


# who packaged it


def test_who_had_the_bot_package_it_is_the_packager() -> None:
    scene = Scene()
    do(scene, CreatePackage(SCORING, "v4"))
    make(scene, 1)
    assert scene.requests.get(asked(scene, replace(PUBLISH, version="v4"))).wish.packager == MAYA


def test_the_packager_is_known_though_the_node_did_not_say_what_it_had_made() -> None:
    scene = Scene()
    do(scene, CreatePackage(SCORING, "v4"))
    assert changing.begin(1, "run", scene.world)
    scene.designer.fails["packages"] = DSSUnavailableError("No answer.")
    ended = changing.post(1, "run", scene.world)
    assert (ended.state, ended.package) == (ChangeState.DONE, Package("v4"))
    changing.settle(ended, scene.world)
    scene.designer.fails.clear()
    assert scene.requests.get(asked(scene, replace(PUBLISH, version="v4"))).wish.packager == MAYA


def test_a_login_on_the_node_that_the_configuration_knows_is_the_packager() -> None:
    scene = Scene(replace(rules(*TEAM), people={"U7": "maya"}))
    assert scene.requests.get(asked(scene)).wish.packager == Person("U7", "U7")


def test_where_nobody_knows_who_packaged_it_a_policy_may_refuse() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("strict", unknown_packager="refuse"),)))
    result = do(scene, PUBLISH)
    assert isinstance(result, Refused)
    assert "Nobody knows who packaged v3" in result.reason
    assert Scene().requests.in_states(frozenset(State)) == []


# breaking the glass


def test_breaking_the_glass_publishes_at_once_and_owes_a_review() -> None:
    scene = Scene(rules(*TEAM, policies=(GLASS,)))
    result = do(scene, URGENT)
    assert isinstance(result, PublishRequested)
    assert (result.request.state, result.request.review_due) == (State.APPROVED, NOON + timedelta(hours=2))
    assert scene.durable.published == [(1, 0)]


@pytest.mark.parametrize(
    ("policies", "command", "said"),
    [
        ((), URGENT, "has no break-glass"),
        ((replace(GLASS, break_glass=BreakGlass(("admin",))),), URGENT, "takes the role admin"),
        ((GLASS,), replace(URGENT, reason=" "), "takes a reason"),
    ],
)
def test_the_glass_is_not_broken_without_right_or_reason(
    policies: tuple[Policy, ...], command: RequestPublish, said: str
) -> None:
    scene = Scene(rules(*TEAM, policies=policies))
    result = do(scene, command)
    assert isinstance(result, Refused)
    assert said in result.reason
    assert [each.outcome.partition(":")[0] for each in scene.entries] == ["refused"]


def test_an_unreviewed_use_blocks_the_next() -> None:
    scene = Scene(rules(*TEAM, policies=(GLASS,)))
    scene.designer.made[SCORING].append(package("v4"))
    asked(scene, URGENT)
    with pytest.raises(ConflictError, match="reviewed"):
        do(scene, replace(URGENT, version="v4"))


# listing


def test_the_open_requests_are_listed_unless_more_is_asked_for() -> None:
    scene = Scene()
    do(scene, Decline(asked(scene), "no"), OMAR)
    asked(scene)
    shown = do(scene, ListRequests(), VIC)
    everything = do(scene, ListRequests(every=True), VIC)
    declined = do(scene, ListRequests(state=State.DECLINED), VIC)
    assert isinstance(shown, RequestsListed)
    assert isinstance(everything, RequestsListed)
    assert isinstance(declined, RequestsListed)
    assert [[each.id for each in result.requests] for result in (shown, everything, declined)] == [[2], [2, 1], [1]]


def test_requests_on_services_that_one_may_not_see_are_not_listed() -> None:
    nia = Person("U9", "nia")
    scene = Scene(rules(*TEAM, grant("viewer", nia, services=("design:CHURN/*",))))
    asked(scene)
    shown = do(scene, ListRequests(), nia)
    assert isinstance(shown, RequestsListed)
    assert shown.total == 0


# to another's published service


TOY = ServiceRef("design", "SANDBOX", "toy")
TO_SCORING = RequestPublish(TOY, "v1", "scoring", "to see what happens")


OF_ANOTHER = (
    "“scoring” is another API service's, under the policy “default”; “sandbox” decides about it only if its "
    "published_services names it."
)


def played_with(*published_services: str) -> Scene:
    """A scene in which what is played with needs no approval."""
    free = Policy("sandbox", ("design:SANDBOX/*",), quorum=(), published_services=published_services or ("*",))
    scene = Scene(rules(*TEAM, policies=(free,)))
    scene.designer.known[TOY], scene.designer.made[TOY] = service(TOY), [package("v1")]
    return scene


def sandboxed(*published_services: str) -> Scene:
    """One in which “scoring” was published, with an approval."""
    scene = played_with(*published_services)
    assert carry_out(scene, approved(scene)).state is State.PUBLISHED
    return scene


def test_no_policy_for_one_service_lets_it_be_published_in_the_place_of_another() -> None:
    scene = sandboxed()
    said = do(scene, TO_SCORING)
    assert isinstance(said, Refused)
    assert said.reason == OF_ANOTHER
    assert do(scene, replace(TO_SCORING, break_glass=True)) == said
    told = do(scene, Explain(TOY, "v1", "scoring"))
    assert isinstance(told, Explained)
    assert told.obstacles == (OF_ANOTHER,)
    assert isinstance(do(scene, replace(TO_SCORING, published_service=None)), PublishRequested)
    assert scene.designer.published == {"scoring": {"v3"}}


def test_what_was_asked_for_before_another_service_was_published_there_is_not_published_in_its_place() -> None:
    scene = played_with()
    number = asked(scene, TO_SCORING)
    assert carry_out(scene, approved(scene)).state is State.PUBLISHED
    ended = carry_out(scene, number)
    assert (ended.state, ended.outcome) == (State.STALE, OF_ANOTHER)
    assert scene.designer.published == {"scoring": {"v3"}}


def test_what_is_published_there_as_a_request_is_claimed_counts_too() -> None:
    others: list[int] = []

    class Crossed(FakeRequests):
        """Before a request is changed another one is carried out."""

        def change(self, request: int, step: Step) -> PublishRequest | str:
            if others:
                carry_out(scene, others.pop())
            return super().change(request, step)

    scene = played_with()
    scene.requests = Crossed(scene.keeping, scene.policies, scene.pauses)
    number, other = asked(scene, TO_SCORING), approved(scene)
    others.append(other)
    assert carry_out(scene, number).outcome == OF_ANOTHER
    assert scene.designer.published == {"scoring": {"v3"}}


def test_a_policy_may_name_what_it_is_for() -> None:
    scene = sandboxed("scor*")
    assert carry_out(scene, asked(scene, TO_SCORING)).state is State.PUBLISHED


def test_services_under_one_policy_may_follow_each_other() -> None:
    scene = Scene()
    scene.designer.known[TOY], scene.designer.made[TOY] = service(TOY), [package("v1")]
    assert carry_out(scene, approved(scene)).state is State.PUBLISHED
    assert isinstance(do(scene, TO_SCORING), PublishRequested)


def test_what_is_paused_is_not_replaced_by_another_service() -> None:
    scene = Scene()
    scene.designer.known[TOY], scene.designer.made[TOY] = service(TOY), [package("v1")]
    assert carry_out(scene, approved(scene)).state is State.PUBLISHED
    number = approved(scene, TO_SCORING)
    scene.pauses.add(str(SCORING), Decision(ADA, NOON, "an incident"), Effects(Entry(NOON, ADA, "pause", "done")))
    waiting = carry_out(scene, number)
    assert (waiting.state, waiting.held) == (State.APPROVED, "Publishing is paused by ada: an incident")
    told = do(scene, Explain(TOY, "v1", "scoring"), OMAR)
    assert isinstance(told, Explained)
    assert told.obstacles == ("Publishing is paused by ada: an incident",)


def test_of_what_is_written_in_vain_the_audit_keeps_the_beginning() -> None:
    scene = Scene()
    assert isinstance(do(scene, replace(PUBLISH, reason="x" * 40_000), VIC), Refused)
    with pytest.raises(NotFoundError):
        do(scene, replace(PUBLISH, version="v9", reason="x" * 40_000))
    assert isinstance(do(scene, replace(PUBLISH, reason="y" * 40_000)), PublishRequested)
    refused, failed, done = (entry.detail["reason"] for entry in scene.entries)
    assert refused == failed == f"{'x' * 1000}… (39000 more characters)"
    assert done == "y" * 40_000
