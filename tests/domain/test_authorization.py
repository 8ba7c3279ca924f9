from __future__ import annotations

from opsbot.domain.authorization import BUILT_IN_ROLES, AccessRules, Grant, Membership, Permission, refusal
from opsbot.domain.references import ServiceRef
from tests.builders import ADA, MAYA, OMAR, SCORING, asker, grant

CHURN = ServiceRef("design", "CHURN", "churn")


def allowed(rules: AccessRules, permission: Permission, **where: str) -> bool:
    return rules.standing(asker(MAYA, **where), Membership()).allows(permission, SCORING)


def test_no_grant_means_no() -> None:
    assert not allowed(AccessRules(), Permission.READ)
    assert not allowed(AccessRules((grant("admin", OMAR),)), Permission.READ)


def test_a_grant_gives_what_its_role_allows_and_no_more() -> None:
    rules = AccessRules((grant("packager", MAYA),))
    assert allowed(rules, Permission.PACKAGE)
    assert allowed(rules, Permission.READ)
    assert not allowed(rules, Permission.PUBLISH)


def test_a_grant_counts_for_the_services_it_names() -> None:
    rules = AccessRules((grant("viewer", MAYA, services=("design:FRAUD/*",)),))
    standing = rules.standing(asker(MAYA), Membership())
    assert standing.allows(Permission.READ, SCORING)
    assert not standing.allows(Permission.READ, CHURN)
    assert not standing.allows(Permission.READ, ServiceRef("design", "fraud", "scoring"))


def test_a_grant_counts_in_the_channels_it_names() -> None:
    rules = AccessRules((grant("viewer", MAYA, channels=("C01MLOPS",)),))
    assert allowed(rules, Permission.READ, channel="C01MLOPS")
    assert not allowed(rules, Permission.READ, channel="C02APPROVALS")


def test_a_grant_to_a_group_counts_for_its_members_while_the_group_can_be_read() -> None:
    rules = AccessRules((Grant("approver", groups=frozenset({"@ml-approvers"})),))
    member = rules.standing(asker(MAYA), Membership(frozenset({"@ml-approvers", "S1"})))
    unread = rules.standing(asker(MAYA), Membership(problem="Slack is silent."))
    assert member.allows(Permission.APPROVE, SCORING)
    assert not unread.allows(Permission.APPROVE, SCORING)
    assert "Slack is silent." in refusal(unread, Permission.APPROVE, SCORING)


def test_who_may_do_it_for_some_services_is_told_to_name_one_and_who_may_for_none_is_not() -> None:
    rules = AccessRules((grant("admin", MAYA, services=("design:FRAUD/*",)), grant("viewer", OMAR)))
    some, none = (rules.standing(asker(who), Membership()) for who in (MAYA, OMAR))
    assert "you may name one" in refusal(some, Permission.ADMIN, None, everywhere=True)
    assert "none of your grants here gives “admin”" in refusal(none, Permission.ADMIN, None, everywhere=True)


def test_a_role_of_ones_own_may_be_granted() -> None:
    rules = AccessRules((grant("auditor", MAYA),), {**BUILT_IN_ROLES, "auditor": frozenset({Permission.READ})})
    assert allowed(rules, Permission.READ)
    assert not allowed(rules, Permission.PACKAGE)


def test_admins_may_everything() -> None:
    assert BUILT_IN_ROLES["admin"] == frozenset(Permission)


def test_who_may_is_named() -> None:
    rules = AccessRules(
        (
            grant("approver", OMAR),
            grant("approver", ADA, channels=("C9",)),
            grant("viewer", MAYA),
            Grant("approver", groups=frozenset({"S1"}), services=("x",)),
        )
    )
    assert rules.holders("approver", SCORING, "C1") == (frozenset({OMAR.id}), frozenset())
    assert rules.holders("approver", SCORING, "C9")[0] == {OMAR.id, ADA.id}
