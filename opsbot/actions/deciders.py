"""Who could decide about a request: whom to ask, for whoever may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.authorization import NOBODY
from opsbot.domain.commands import Approve, Cancel, Decline, Review, Settle
from opsbot.domain.lifecycle import State, may_follow
from opsbot.domain.policy import policy_of, target_state
from opsbot.domain.seals import is_of

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing, Whom
    from opsbot.domain.commands import OnRequest
    from opsbot.domain.models import Person, PublishRequest
    from opsbot.domain.policies import Policy


def holders(role: str, request: PublishRequest, world: World, besides: frozenset[str]) -> Whom:
    """Name the people who hold a role where the request's card is, `besides` some, and the groups that can't be read."""
    users, groups = world.rules.access.holders(role, request.service, request.wish.card_channel)
    members = {group: world.directory.members(group) for group in groups}
    unread = frozenset(group for group, inside in members.items() if not inside)
    return users.union(*members.values()) - besides, unread


def kept_from_approving(request: PublishRequest, policy: Policy) -> frozenset[str]:
    """Name who can't give the request another yes, whatever roles they hold: by the policy, or since they gave theirs."""
    kept = {vote.person.id for vote in request.votes}
    if not policy.requester_may_approve:
        kept.add(request.wish.requester.id)
    if request.wish.packager is not None and not policy.packager_may_approve:
        kept.add(request.wish.packager.id)
    return frozenset(kept)


def whom_to_ask(command: OnRequest, person: Person, standing: Standing, world: World) -> Whom:
    """Name who could do what the person was refused; nobody where nobody could do it any more.

    Where nobody holds a role that it takes, it is whoever can give the role to somebody.
    """
    request = world.requests.get(command.request)
    policy = policy_of(request, world.policies.in_force())
    if standing.in_terminal or not _is_open_to_others(command, request, person):
        return NOBODY
    besides = frozenset({person.id})
    match command:
        case Cancel():
            return frozenset({request.wish.requester.id}), frozenset()
        case Approve():
            besides |= kept_from_approving(request, policy)
        case Decline() | Settle() | Review():
            besides |= {request.wish.requester.id}
    found = [holders(role, request, world, besides) for role, _ in policy.quorum]
    users = frozenset[str]().union(*(people for people, _ in found))
    groups = frozenset[str]().union(*(unread for _, unread in found))
    return (users, groups) if users or groups else world.rules.access.administrators(request.service)


def _is_open_to_others(command: OnRequest, request: PublishRequest, person: Person) -> bool:
    """Tell whether the request still waits for what was tried, so that it is only a matter of who does it."""
    match command:
        case Settle():
            return request.state is State.UNKNOWN
        case Review():
            return request.review is None and request.review_due is not None and request.ended_at is not None
        case Decline() if person.id == request.wish.requester.id:
            return False
        case Approve() | Decline() | Cancel():
            is_meant = command.button is None or is_of(command.button, request)
            return is_meant and may_follow(request.state, target_state(command))
