"""Whoever said yes, or published alone, has to be allowed to until it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.domain.authorization import BUILT_IN_ROLES, AccessRules, Permission
from opsbot.domain.commands import Approve
from opsbot.domain.lifecycle import State
from opsbot.domain.policies import BreakGlass, Policy
from tests.actions.doing import PUBLISH, approved, asked, carry_out, do
from tests.builders import ADA, MAYA, OMAR, TEAM, grant, rules
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.domain.authorization import Grant
    from opsbot.domain.models import PublishRequest
    from opsbot.domain.rules import Rules


def test_a_vote_counts_no_more_once_its_role_is_gone() -> None:
    scene = Scene()
    number = approved(scene)
    scene.rules = rules(*TEAM[:2], grant("approver", ADA), TEAM[3])
    ended = carry_out(scene, number)
    assert ended.state is State.STALE
    assert "omar" in ended.outcome
    assert scene.designer.publishes == []


def test_a_vote_that_is_gone_may_be_made_up_for_by_another() -> None:
    policy = Policy("two", quorum=(("approver", 1), ("owner", 1)))
    both = (*TEAM, grant("owner", OMAR, ADA))
    scene = Scene(rules(*both, policies=(policy,)))
    scene.rules = replace(
        scene.rules,
        access=replace(
            scene.rules.access, roles={**scene.rules.access.roles, "owner": scene.rules.access.roles["approver"]}
        ),
    )
    number = asked(scene)
    do(scene, Approve(number), OMAR)
    do(scene, Approve(number), ADA)
    scene.rules = replace(
        scene.rules, access=replace(scene.rules.access, grants=(*TEAM, grant("owner", OMAR)))
    )  # omar for owner, ada for approver
    assert carry_out(scene, number).state is State.PUBLISHED


def test_the_roles_of_all_voters_are_read_once() -> None:
    scene = Scene(rules(*TEAM, policies=(Policy("two", quorum=(("approver", 2),)),)))
    number = asked(scene)
    do(scene, Approve(number), OMAR)
    do(scene, Approve(number), ADA)
    assert scene.directory.readings == 0
    assert carry_out(scene, number).state is State.PUBLISHED
    assert scene.directory.readings == 1


def test_while_the_groups_can_not_be_read_the_approved_one_waits() -> None:
    scene = Scene(rules(*TEAM[:2], replace(grant("approver"), groups=frozenset({"@ml"})), TEAM[3]))
    scene.directory.groups[OMAR.id] = frozenset({"@ml"})
    number = approved(scene)
    scene.directory.groups.clear()
    scene.directory.problem = "Slack's user groups can't be read."
    held = carry_out(scene, number)
    assert held.state is State.APPROVED
    assert "can't be counted" in held.held
    assert scene.designer.publishes == []


URGENT = Policy("glass", break_glass=BreakGlass(("oncall",), timedelta(hours=2)))


ROLES = {**BUILT_IN_ROLES, "oncall": frozenset({Permission.READ})}


def alone(scene: Scene) -> PublishRequest:
    """Have something approved by nobody, and not published yet."""
    is_urgent = scene.policies.policies[0] is URGENT
    number = asked(scene, replace(PUBLISH, break_glass=is_urgent))
    assert scene.requests.get(number).state is State.APPROVED
    return scene.requests.get(number)


def ruled(policy: Policy, *grants: Grant) -> Rules:
    return replace(rules(policies=(policy,)), access=AccessRules(grants, ROLES))


FREE = Policy("free", quorum=())


PUBLISHER, ONCALL = grant("publisher", MAYA), grant("oncall", MAYA)


@pytest.mark.parametrize(
    ("policy", "left", "why"),
    [
        (FREE, (), "maya may not publish here any more."),
        (URGENT, (ONCALL,), "maya may not break the glass here any more."),
        (URGENT, (PUBLISHER,), "maya may not break the glass here any more."),
    ],
)
def test_who_publishes_alone_has_to_be_allowed_to_until_it_is_done(
    policy: Policy, left: tuple[Grant, ...], why: str
) -> None:
    scene = Scene(ruled(policy, PUBLISHER, ONCALL))
    number = alone(scene).id
    scene.rules = ruled(policy, *left)
    ended = carry_out(scene, number)
    assert (ended.state, ended.outcome) == (State.STALE, f"Nobody had to approve, and {why}")
    assert scene.designer.publishes == []


@pytest.mark.parametrize("policy", [FREE, URGENT])
def test_it_waits_where_slack_does_not_say_what_they_may(policy: Policy) -> None:
    scene = Scene(ruled(policy, PUBLISHER, ONCALL))
    number = alone(scene).id
    scene.directory.problem = "Slack doesn't tell."
    scene.rules = ruled(policy)
    assert carry_out(scene, number).state is State.APPROVED
    assert scene.requests.get(number).held == "Whether maya may publish can't be seen now. Slack doesn't tell."
    scene.directory.problem, scene.rules = "", ruled(policy, PUBLISHER, ONCALL)
    assert carry_out(scene, number).state is State.PUBLISHED


def test_what_others_approved_is_published_though_who_asked_is_gone() -> None:
    scene = Scene()
    number = approved(scene)
    scene.rules = rules(grant("approver", OMAR, ADA))
    assert carry_out(scene, number).state is State.PUBLISHED
