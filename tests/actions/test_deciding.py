from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.dispatcher import Dispatcher
from opsbot.domain.commands import Approve, Cancel, Decline, RequestPublish, Subject
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import MessageRef, Person
from opsbot.domain.policies import Policy
from opsbot.domain.results import Decided, Refused
from opsbot.domain.seals import Button, seal
from opsbot.domain.watching import packaged
from opsbot.errors import DSSUnavailableError, MissingWordError, NotFoundError
from opsbot.grammar import parse
from tests.actions.doing import approved, asked, carry_out, do
from tests.builders import ADA, CHANNEL, MAYA, NOON, OMAR, SCORING, TEAM, VIC, asker, grant, package, rules
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.domain.commands import Command

BOTH = Policy("both", quorum=(("approver", 1), ("owner", 1)))
OWNER = grant("approver", OMAR), grant("owner", ADA, OMAR)


def owned(policy: Policy = BOTH) -> Scene:
    granted = rules(*TEAM, *OWNER, policies=(policy,))
    access = replace(granted.access, roles={**granted.access.roles, "owner": granted.access.roles["approver"]})
    return Scene(replace(granted, access=access))


def test_an_approval_that_fills_the_quorum_starts_the_publish() -> None:
    scene = Scene()
    number = approved(scene)
    assert scene.durable.published == [(number, 0)]
    request = scene.requests.get(number)
    assert request.state is State.APPROVED
    assert [(vote.person, vote.roles, vote.channel) for vote in request.votes] == [(OMAR, ("approver",), CHANNEL)]
    assert [each.kind for each in scene.messages] == [Kind.CARD, Kind.REPAINT]


def test_a_quorum_of_two_roles_takes_two_people_who_may_have_both() -> None:
    scene = owned()
    number = asked(scene)
    first = do(scene, Approve(number, "looks good"), OMAR)
    assert isinstance(first, Decided)
    assert (first.request.state, len(first.missing)) == (State.PENDING, 1)
    assert scene.durable.published == []
    assert [each.kind for each in scene.messages] == [Kind.CARD, Kind.REPAINT, Kind.VOTED]
    again = do(scene, Approve(number), OMAR)
    assert isinstance(again, Refused)
    assert "You approved request 1 already; it still takes 1" in again.reason
    second = do(scene, Approve(number), ADA)
    assert isinstance(second, Decided)
    assert second.request.state is State.APPROVED
    assert scene.durable.published == [(number, 0)]


def test_the_audit_keeps_each_vote_with_its_roles_and_its_comment() -> None:
    scene = owned()
    number = asked(scene)
    do(scene, Approve(number, "looks good"), OMAR)
    kept = scene.entries[-1]
    assert (kept.who, kept.what, kept.outcome, kept.request) == (OMAR, "approve", "done", number)
    assert (kept.detail["roles"], kept.detail["comment"]) == (["approver", "owner"], "looks good")
    assert kept.policy == BOTH.digest


def test_the_buttons_of_a_request_that_a_restored_database_forgot_decide_no_other_with_its_number() -> None:
    forgotten, scene = Scene(), Scene()
    old = forgotten.requests.get(asked(forgotten))
    scene.designer.made[SCORING] = [package("v4")]
    number = asked(scene, RequestPublish(SCORING, "v4"))
    assert number == old.id
    kept = scene.requests.get(number)
    for command in (Approve, Decline, Cancel):
        refused = do(scene, command(number, "words", Button(seal(old))), MAYA if command is Cancel else OMAR)
        assert isinstance(refused, Refused)
        assert "This card is of another request" in refused.reason
        assert "request 1 is v4 of design:FRAUD/scoring now" in refused.reason
    assert scene.requests.get(number) == kept
    assert [each.what for each in scene.entries if "This card is of another" in each.outcome] == [
        "approve",
        "decline",
        "cancel",
    ]
    assert isinstance(do(scene, Approve(number, button=Button(seal(kept))), OMAR), Decided)


def test_a_button_of_an_earlier_version_decides_on_its_own_card_only() -> None:
    scene = Scene()
    number = asked(scene)
    card = MessageRef(CHANNEL, "7.0")
    scene.requests.remember_card(number, card)
    for elsewhere in (None, MessageRef(CHANNEL, "6.0")):
        refused = do(scene, Approve(number, button=Button(message=elsewhere)), OMAR)
        assert isinstance(refused, Refused)
        assert "Open its newest card, or your Home again." in refused.reason
    assert isinstance(do(scene, Approve(number, button=Button(message=card)), OMAR), Decided)


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
    assert [each.kind for each in scene.messages] == [Kind.CARD, Kind.REPAINT, Kind.OUTCOME]
    assert scene.durable.published == []


def test_what_is_approved_but_not_begun_may_be_cancelled() -> None:
    scene = Scene()
    number = approved(scene)
    assert isinstance(do(scene, Cancel(number), MAYA), Decided)
    assert carry_out(scene, number).state is State.CANCELLED
    assert scene.designer.publishes == []


def test_the_requester_does_not_approve_unless_the_policy_says_so() -> None:
    scene = Scene(rules(*TEAM, grant("approver", MAYA)))
    assert isinstance(do(scene, Approve(asked(scene)), MAYA), Refused)
    trusting = Scene(rules(*TEAM, grant("approver", MAYA), policies=(Policy("own", requester_may_approve=True),)))
    assert isinstance(do(trusting, Approve(asked(trusting)), MAYA), Decided)


def test_the_packager_does_not_approve_unless_the_policy_says_so() -> None:
    people = {OMAR.id: "maya"}  # the node says that maya made it
    scene = Scene(replace(rules(*TEAM), people=people))
    refused = do(scene, Approve(asked(scene)), OMAR)
    assert isinstance(refused, Refused)
    assert "You packaged v3" in refused.reason
    trusting = Scene(replace(rules(*TEAM, policies=(Policy("own", packager_may_approve=True),)), people=people))
    assert isinstance(do(trusting, Approve(asked(trusting)), OMAR), Decided)


def test_whoever_may_not_decide_reads_who_could() -> None:
    scene = Scene(rules(*TEAM, grant("approver", ADA), grant("approver", MAYA)))
    number = asked(scene)

    def ask(command: Command, person: Person) -> tuple[set[str], set[str]]:
        refused = do(scene, command, person)
        assert isinstance(refused, Refused)
        users, groups = refused.ask
        return set(users), set(groups)

    assert ask(Approve(number), VIC) == ({OMAR.id, ADA.id}, set())
    assert ask(Approve(number), MAYA) == ({OMAR.id, ADA.id}, set())  # her own
    assert ask(Decline(number, "no"), VIC) == ({OMAR.id, ADA.id}, set())
    assert ask(Decline(number, "no"), MAYA) == (set(), set())  # she cancels it
    assert ask(Cancel(number), VIC) == ({MAYA.id}, set())
    assert ask(Approve(number, button=Button(seal="of another")), VIC) == (set(), set())
    do(scene, Cancel(number), MAYA)
    assert ask(Approve(number), VIC) == (set(), set())


def test_where_nobody_holds_the_role_whoever_can_give_it_is_named() -> None:
    scene = Scene(rules(*TEAM[:2], TEAM[3], grant("admin", ADA)))
    refused = do(scene, Approve(asked(scene)), VIC)
    assert isinstance(refused, Refused)
    assert refused.ask == (frozenset({ADA.id}), frozenset())


def test_of_a_group_its_members_are_named_and_the_group_where_they_can_not_be_read() -> None:
    groups = frozenset({"@ml", "@unread"})
    scene = Scene(rules(*TEAM[:2], TEAM[3], replace(grant("approver"), groups=groups)))
    scene.directory.groups = {ADA.id: frozenset({"@ml"})}
    refused = do(scene, Approve(asked(scene)), VIC)
    assert isinstance(refused, Refused)
    assert refused.ask == (frozenset({ADA.id}), frozenset({"@unread"}))


def test_who_may_see_no_request_at_all_reads_who_grants_that_whether_it_is_there_or_not() -> None:
    scene = Scene(rules(*TEAM, grant("admin", ADA)))
    told = [do(scene, Approve(number), Person("U99", "stranger")) for number in (asked(scene), 77)]
    said = "No grant holds for you here, so there is no request that you may see."
    assert told == [Refused(said, (frozenset({ADA.id}), frozenset()))] * 2


def test_every_refused_try_is_in_the_audit() -> None:
    scene = Scene()
    number = asked(scene)
    do(scene, Approve(number), MAYA)
    do(scene, Approve(number), VIC)
    do(scene, Cancel(number), VIC)
    do(scene, Approve(number), Person("U99", "stranger"))
    with pytest.raises(NotFoundError):
        do(scene, Approve(77), OMAR)
    tries = [(each.who.name, each.what, each.outcome.partition(":")[0], each.request) for each in scene.entries[1:]]
    assert tries == [
        ("maya", "approve", "refused", 1),
        ("vic", "approve", "refused", 1),
        ("vic", "cancel", "refused", 1),
        ("stranger", "approve", "refused", 1),
        ("omar", "approve", "failed", None),
    ]


def test_where_the_groups_can_not_be_read_nobody_approves_by_them() -> None:
    scene = Scene(rules(*TEAM[:2], replace(grant("approver"), groups=frozenset({"@ml"}))))
    scene.directory.problem = "Slack's user groups can't be read."
    with pytest.raises(NotFoundError, match="can't be read"):
        do(scene, Approve(asked(scene)), ADA)


# what was asked for isn't there any more


def test_a_package_that_was_made_again_makes_the_request_stale_at_the_next_vote() -> None:
    scene = owned()
    number = asked(scene)
    do(scene, Approve(number), OMAR)
    scene.designer.make_again("v3", later=NOON + timedelta(minutes=5))
    refused = do(scene, Approve(number), ADA)
    assert isinstance(refused, Refused)
    assert "deleted and made again" in refused.reason
    assert scene.requests.get(number).state is State.STALE
    assert [each.kind for each in scene.messages[-2:]] == [Kind.REPAINT, Kind.OUTCOME]
    assert [each.what for each in scene.entries[-2:]] == ["stale", "approve"]


def test_an_archive_that_changed_makes_it_stale_where_the_policy_looks() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("strict", identity="digest"),)))
    number = asked(scene)
    scene.designer.archives["v3"] = "another"
    assert isinstance(do(scene, Approve(number), OMAR), Refused)
    assert scene.requests.get(number).state is State.STALE


def test_a_change_of_the_policy_makes_it_stale() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("a"),)))
    number = asked(scene)
    scene.policies.policies = (Policy("a", quorum=(("approver", 2),)),)
    refused = do(scene, Approve(number), OMAR)
    assert isinstance(refused, Refused)
    assert "The policy was changed" in refused.reason
    assert scene.requests.get(number).state is State.STALE


def test_what_expired_is_not_approved() -> None:
    scene = Scene()
    number = asked(scene)
    scene.now = NOON + timedelta(days=7)
    assert isinstance(do(scene, Approve(number), OMAR), Refused)
    assert scene.requests.get(number).state is State.EXPIRED
    assert scene.durable.published == []


def test_while_the_node_does_not_answer_nobody_approves_what_can_not_be_looked_at() -> None:
    scene = Scene()
    number = asked(scene)
    scene.designer.fails["packages"] = DSSUnavailableError("The node is silent.")
    with pytest.raises(DSSUnavailableError):
        do(scene, Approve(number), OMAR)
    assert isinstance(do(scene, Decline(number, "no"), OMAR), Decided)


# many at once


def test_of_fifty_approvals_at_once_one_counts_and_the_others_hear_who_won() -> None:
    people = [Person(f"U{number:02}", f"person{number}") for number in range(50)]
    scene = Scene(rules(*TEAM, grant("approver", *people)))
    number = asked(scene)
    with ThreadPoolExecutor(50) as threads:
        results = list(threads.map(lambda who: do(scene, Approve(number), who), people))
    winners = [each for each in results if isinstance(each, Decided)]
    losers = [each for each in results if isinstance(each, Refused)]
    assert (len(winners), len(losers)) == (1, 49)
    assert winners[0].request.decision is not None
    name = winners[0].request.decision.person.name
    assert {each.reason for each in losers} == {f"Request {number} was approved by {name} already."}
    assert scene.durable.published == [(number, 0)]


def test_in_the_thread_of_its_card_a_request_is_meant() -> None:
    scene = Scene()
    number = asked(scene)
    scene.requests.remember_card(number, MessageRef(CHANNEL, "1.0"))
    dispatcher = Dispatcher(scene.world)
    assert dispatcher.defaults(asker(thread="1.0")).request == number
    assert dispatcher.defaults(asker(thread="1.0")).subject == Subject(SCORING, "v3", "scoring")
    assert dispatcher.defaults(asker(thread="7.7")).request is None
    assert dispatcher.defaults(asker(thread="7.7")).subject is None


def test_of_the_open_requests_that_a_thread_is_about_only_those_are_named_that_the_asker_may_see() -> None:
    scene = Scene(rules(grant("publisher", MAYA, OMAR), grant("viewer", VIC, services=("design:CHURN/*",))))
    story = packaged(SCORING, package("v3"), NOON, "grace")
    scene.events.begin_story(CHANNEL, story, MessageRef(CHANNEL, "2.0"), NOON)
    numbers = (asked(scene), asked(scene, RequestPublish(SCORING, "v3", "scoring-eu"), OMAR))

    def known(person: Person) -> tuple[int | None, tuple[int, ...]]:
        found = Dispatcher(scene.world).defaults(asker(person, thread="2.0"))
        return found.request, found.open_requests

    assert known(MAYA) == (None, numbers)
    assert known(VIC) == (None, ())
    scene.rules = rules(grant("viewer", VIC, services=("design:CHURN/*",)))
    assert known(OMAR) == (numbers[1], numbers[1:])  # who asked for it may know of it
    assert known(VIC) == (None, ())


def test_in_the_thread_of_its_story_the_one_open_request_is_meant_and_of_several_none() -> None:
    scene = Scene()
    scene.designer.made[SCORING].append(package("v4"))
    story = packaged(SCORING, package("v3"), NOON, "grace")
    scene.events.begin_story(CHANNEL, story, MessageRef(CHANNEL, "2.0"), NOON)

    def said(text: str) -> Command:
        return parse(text, Dispatcher(scene.world).defaults(asker(thread="2.0"))).command

    with pytest.raises(MissingWordError, match="Which request"):
        said("approve")
    asked(scene, RequestPublish(SCORING, "v4"))
    first = asked(scene)
    assert said("approve") == Approve(first)
    assert said("decline too early") == Decline(first, "too early")
    second = asked(scene, RequestPublish(SCORING, "v3", "scoring-eu"))
    with pytest.raises(MissingWordError, match=f"Here {first} and {second} are open: name one by its number"):
        said("decline too early")
    assert said(f"decline {second} too early") == Decline(second, "too early")
    do(scene, Cancel(second))
    assert said("approve") == Approve(first)


def test_in_the_thread_of_its_story_a_version_is_meant_with_the_one_that_was_published_before() -> None:
    scene = Scene()
    carry_out(scene, approved(scene))
    for number, version in enumerate(("v3", "v4", "v5")):
        seen = packaged(SCORING, package(version), NOON, "grace")
        scene.events.begin_story(CHANNEL, seen, MessageRef(CHANNEL, "2.0" if number < 2 else "3.0"), NOON)
    dispatcher = Dispatcher(scene.world)
    assert dispatcher.defaults(asker(thread="3.0")).subject == Subject(SCORING, "v5", since="v3")
    assert dispatcher.defaults(asker(thread="2.0")).subject is None  # it tells of two
