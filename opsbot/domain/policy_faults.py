"""What is wrong with policies as a whole: those that nobody can satisfy, and those that never count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.authorization import Permission
from opsbot.domain.globs import is_within, may_meet
from opsbot.domain.quorum import missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from opsbot.domain.authorization import AccessRules, Grant
    from opsbot.domain.policies import Policy
    from opsbot.domain.rules import Rules


def policy_faults(rules: Rules, members: Callable[[str], frozenset[str] | None] = lambda _: None) -> Iterator[str]:
    """Say what is wrong, a sentence each, beginning with the policy's place.

    Groups whose members aren't known count as large enough: there is no false alarm.
    """
    for index, policy in enumerate(rules.policies):
        place = f"policies.{index}"
        shadow = next((other for other in rules.policies[:index] if _covers_all(other, policy)), None)
        if shadow is not None:
            yield f"{place}: it never counts, since “{shadow.name}” before it covers all that it covers"
            continue
        yield from (f"{place}: {fault}" for fault in _faults(policy, rules.access, members))


def notices(rules: Rules) -> Iterator[str]:
    """Say what is allowed, but should be known."""
    for index, policy in enumerate(rules.policies):
        if not policy.quorum:
            name = f" (“{policy.name}”)" if policy.name != f"policies.{index}" else ""
            anywhere = (
                ", to whatever published service is named with --as; published_services says to which"
                if "*" in policy.published_services
                else ""
            )
            yield f"policies.{index}{name} publishes at once: nobody has to approve{anywhere}"


def _faults(policy: Policy, access: AccessRules, members: Callable[[str], frozenset[str] | None]) -> Iterator[str]:
    for role, _ in policy.quorum:
        permissions = access.roles.get(role, frozenset())
        if role in access.roles and Permission.APPROVE not in permissions:
            yield f"its quorum asks for “{role}”, a role without the permission “approve”"
    held = _holders(policy, access, members)
    if held is None:
        return
    short = missing(policy.quorum, held)
    if short:
        said = ", ".join(f"{count} more “{role}”" for role, count in short.items())
        yield f"its quorum can't be filled: the grants give {said} too few"
        return
    if not policy.requester_may_approve:
        yield from _dead_ends(policy, access, held)


def _dead_ends(policy: Policy, access: AccessRules, held: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Name the people whose requests nobody else can approve."""
    for person in sorted(held):
        others = {each: roles for each, roles in held.items() if each != person}
        if missing(policy.quorum, others) and _may_publish(person, policy, access):
            yield f"nobody can approve what {person} asks for: the quorum can't be filled without them"


def _holders(
    policy: Policy, access: AccessRules, members: Callable[[str], frozenset[str] | None]
) -> dict[str, frozenset[str]] | None:
    """Tell who holds which roles of the quorum; None where a group that isn't known may hold one."""
    wanted = {role for role, _ in policy.quorum}
    held: dict[str, set[str]] = {}
    for grant in access.grants:
        if grant.role not in wanted or not _touches(grant, policy):
            continue
        inside = [members(group) for group in grant.groups]
        if None in inside:
            return None
        people = grant.users.union(*(each for each in inside if each is not None))
        for person in people:
            held.setdefault(person, set()).add(grant.role)
    return {person: frozenset(roles) for person, roles in held.items()}


def _may_publish(person: str, policy: Policy, access: AccessRules) -> bool:
    return any(
        person in grant.users and Permission.PUBLISH in access.roles[grant.role] and _touches(grant, policy)
        for grant in access.grants
        if grant.role in access.roles
    )


def _touches(grant: Grant, policy: Policy) -> bool:
    """Tell whether the grant may count for some service of the policy."""
    return any(may_meet(one, other) for one in grant.services for other in policy.services)


def _covers_all(earlier: Policy, later: Policy) -> bool:
    """Tell whether the earlier policy matches all that the later one does."""
    return all(is_within(glob, earlier.services) for glob in later.services) and all(
        is_within(glob, earlier.published_services) for glob in later.published_services
    )
