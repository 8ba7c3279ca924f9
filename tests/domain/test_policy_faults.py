from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from opsbot.domain.authorization import BUILT_IN_ROLES, Grant, Permission
from opsbot.domain.policies import Policy
from opsbot.domain.policy_faults import notices, policy_faults
from tests.builders import ADA, MAYA, OMAR, grant, rules

if TYPE_CHECKING:
    from opsbot.domain.rules import Rules

OWNER = {**BUILT_IN_ROLES, "owner": frozenset({Permission.READ, Permission.APPROVE})}
TEAM = (grant("publisher", MAYA), grant("approver", OMAR, ADA))


def faults(*policies: Policy, grants: tuple[Grant, ...] = TEAM) -> list[str]:
    return list(policy_faults(with_owner(*policies, grants=grants)))


def with_owner(*policies: Policy, grants: tuple[Grant, ...] = TEAM) -> Rules:
    made = rules(*grants, policies=policies)
    return replace(made, access=replace(made.access, roles=OWNER))


def test_policies_that_people_can_satisfy_have_no_faults() -> None:
    assert faults(Policy("one"), Policy("two", quorum=(("approver", 2),)))[1:] == []
    assert faults(Policy("one")) == []


def test_a_quorum_that_too_few_can_fill_is_a_fault() -> None:
    assert "can't be filled" in faults(Policy("three", quorum=(("approver", 3),)))[0]
    assert "1 more “owner”" in faults(Policy("owned", quorum=(("owner", 1),)))[0]


def test_two_roles_of_one_person_do_not_fill_two_places() -> None:
    both = (grant("approver", OMAR), grant("owner", OMAR))
    assert "can't be filled" in faults(Policy("both", quorum=(("approver", 1), ("owner", 1))), grants=both)[0]


def test_grants_on_other_services_do_not_count() -> None:
    elsewhere = (grant("approver", OMAR, ADA, services=("design:CHURN/*",)),)
    assert "can't be filled" in faults(Policy("fraud", ("design:FRAUD/*",)), grants=elsewhere)[0]
    assert faults(Policy("fraud", ("design:*/scoring",)), grants=elsewhere) == []


def test_a_group_of_unknown_size_is_large_enough_until_its_members_are_known() -> None:
    grants = (Grant("approver", groups=frozenset({"@ml"})),)
    policy = Policy("two", quorum=(("approver", 2),))
    assert faults(policy, grants=grants) == []
    known = with_owner(policy, grants=grants)
    assert "can't be filled" in next(policy_faults(known, lambda _: frozenset({"U1"})))
    assert list(policy_faults(known, lambda _: frozenset({"U1", "U2"}))) == []


def test_who_is_the_only_approver_of_their_own_requests_is_named() -> None:
    alone = (grant("publisher", OMAR), grant("approver", OMAR))
    assert f"nobody can approve what {OMAR.id} asks for" in faults(Policy("one"), grants=alone)[0]
    assert faults(Policy("one", requester_may_approve=True), grants=alone) == []


def test_a_role_that_can_not_approve_is_a_fault_in_a_quorum() -> None:
    viewers = (grant("viewer", OMAR, ADA),)
    assert "without the permission “approve”" in faults(Policy("odd", quorum=(("viewer", 1),)), grants=viewers)[0]


@pytest.mark.parametrize(
    ("earlier", "later", "is_shadowed"),
    [
        ("*", "design:FRAUD/*", True),
        ("design:*", "design:FRAUD/scor?ng", True),
        ("design:FRAUD/*", "design:FRAUD/*", True),
        ("design:FRAUD/*", "design:*", False),
        ("design:FRAUD/?", "design:FRAUD/*", False),
        ("design:A?/*", "design:A/*", False),
    ],
)
def test_a_policy_that_never_counts_is_a_fault(earlier: str, later: str, is_shadowed: bool) -> None:  # noqa: FBT001 - pytest calls it so
    found = faults(Policy("first", (earlier,)), Policy("second", (later,)))
    assert (found == ["policies.1: it never counts, since “first” before it covers all that it covers"]) is is_shadowed


def test_a_policy_for_other_published_services_is_no_shadow() -> None:
    assert faults(Policy("first", published_services=("canary-*",)), Policy("second")) == []


def test_a_policy_that_asks_for_nobody_is_noticed() -> None:
    policies = (Policy("policies.0", quorum=()), Policy("hotfix", quorum=(), published_services=("canary",)))
    found = list(notices(with_owner(*policies)))
    anywhere = "to whatever published service is named with --as; published_services says to which"
    assert found == [
        f"policies.0 publishes at once: nobody has to approve, {anywhere}",
        "policies.1 (“hotfix”) publishes at once: nobody has to approve",
    ]
