"""The one predicate: who may do what to a publish request.

Every door leads through here: button, modal, mention, command, terminal, and the run that counts the votes again.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from opsbot.domain.authorization import Permission
from opsbot.domain.commands import Approve, Cancel, Decline, Review, Settle
from opsbot.domain.lifecycle import State, may_follow
from opsbot.domain.policies import policy_for
from opsbot.domain.quorum import missing
from opsbot.domain.seals import is_of, of_another
from opsbot.domain.terminal import GLASS_IN_SLACK, unheard
from opsbot.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Decide, OnRequest
    from opsbot.domain.models import Person, PublishRequest, Wish
    from opsbot.domain.policies import Policy


_SINCE = MappingProxyType(
    {
        State.PUBLISHING: "; it is being published",
        State.PUBLISHED: "; it is published by now",
        State.FAILED: "; publishing it failed",
        State.UNKNOWN: "; whether it is published nobody knows yet",
        State.EXPIRED: "; it expired since",
        State.STALE: "; it is stale by now",
    }
)
"""What came of a request after it was approved, for whoever is late."""


def target_state(decide: Decide) -> State:
    """Name the state that the decision leads to."""
    match decide:
        case Approve():
            return State.APPROVED
        case Decline():
            return State.DECLINED
        case Cancel():
            return State.CANCELLED
        case _:
            assert_never(decide)


def objection(
    command: OnRequest, request: PublishRequest, person: Person, standing: Standing, policy: Policy
) -> str | None:
    """Say why this person may not do so to this request now, or None where they may.

    Who may not even see the request hears that there is none: NotFoundError.
    """
    if not may_see(request, person, standing):
        raise no_such_request(request.id, standing.problem)
    objected = unheard(command) if standing.in_terminal else _mistaken(command, request)
    return objected or _objection_by_kind(command, request, person, standing, policy)


def may_see(request: PublishRequest, person: Person, standing: Standing) -> bool:
    """Tell whether the person may know of the request: it is their own, or they may read or approve its service."""
    asked_for_it = person.id == request.wish.requester.id
    return asked_for_it or any(standing.allows(each, request.service) for each in (Permission.READ, Permission.APPROVE))


def _mistaken(command: OnRequest, request: PublishRequest) -> str | None:
    """Say that the button was made for another request, where it was."""
    if isinstance(command, Settle | Review) or command.button is None or is_of(command.button, request):
        return None
    return of_another(command.button, request)


def _objection_by_kind(
    command: OnRequest, request: PublishRequest, person: Person, standing: Standing, policy: Policy
) -> str | None:
    match command:
        case Settle():
            return _objection_to_settling(request, person, standing, policy)
        case Review():
            return _objection_to_review(request, person, standing, policy)
        case Approve() | Decline() | Cancel():
            if not may_follow(request.state, target_state(command)):
                return already_decided(request, person)
    match command:
        case Cancel():
            return _objection_to_cancel(request, person, standing)
        case Approve():
            return objection_to_vote(request, person, standing, policy)
        case Decline():
            return _objection_to_decline(request, person, standing, policy)
        case _:
            assert_never(command)


def objection_to_vote(request: PublishRequest, person: Person, standing: Standing, policy: Policy) -> str | None:
    """Say why this person's yes can't count for the request, or None where it can."""
    if any(vote.person.id == person.id for vote in request.votes):
        return f"You approved request {request.id} already; it still takes {in_words(lacking(request, policy))}."
    return excluded(request.id, request.wish, person, policy) or _roleless(request.wish, standing, policy)


def lacking(request: PublishRequest, policy: Policy) -> tuple[tuple[str, int], ...]:
    """Name the roles that have to approve yet, each with how many people."""
    held = {vote.person.id: frozenset(vote.roles) for vote in request.votes}
    return missing_roles(request.wish, policy, held)


def objection_to_asking(wish: Wish, policy: Policy) -> str | None:
    """Say why nobody could ever approve what is asked for so, or None where somebody might."""
    if wish.packager is None and policy.unknown_packager == "refuse" and not policy.packager_may_approve:
        return f"{_unknown_packager(wish, policy)} Have it packaged by me, or name its maker under [people]."
    if not wish.card_channel:
        return (
            f"Its card needs a channel: name one with --channel, or as the policy “{policy.name}”'s approvals_channel."
        )
    return None


def objection_to_target(
    wish: Wish, policy: Policy, last: PublishRequest | None, policies: Iterable[Policy]
) -> str | None:
    """Say why the published service isn't for this API service, or None where it is.

    One that another API service was published to last stays under the policy by which that was done: else whoever may
    publish anything at all would get round it. A policy may be for it in so many words, though.
    """
    if last is None or last.service == wish.service or "*" not in policy.published_services:
        return None
    theirs = policy_of(last, policies)
    if theirs.digest == policy.digest:
        return None
    return (
        f"“{wish.published_service}” is another API service's, under the policy “{theirs.name}”; “{policy.name}” decides "
        "about it only if its published_services names it."
    )


def objection_to_break_glass(wish: Wish, standing: Standing, policy: Policy) -> str | None:
    """Say why the glass may not be broken so, or None where it may."""
    if standing.in_terminal:
        return GLASS_IN_SLACK
    if policy.break_glass is None:
        return f"The policy “{policy.name}” has no break-glass. Ask without --break-glass."
    if not standing.roles_on(wish.service) & frozenset(policy.break_glass.roles):
        return f"Breaking the glass takes the role {' or '.join(policy.break_glass.roles)}; you don't hold it here."
    if not wish.reason.strip():
        return "Breaking the glass takes a reason: add --reason TEXT."
    return None


def no_such_request(number: int, problem: str = "") -> NotFoundError:
    """Make the error for a number that nobody has, or that the asker may not know of, perhaps because of a problem."""
    return NotFoundError(
        f"There is no request {number} that you may see; “requests” lists those there are. {problem}".rstrip(),
        about=number,
    )


def already_decided(request: PublishRequest, person: Person) -> str:
    """Tell who was first."""
    if request.decision is None:
        return f"Request {request.id} is {request.state.value} already. {request.outcome}".rstrip()
    verb = request.state.value if request.state in {State.DECLINED, State.CANCELLED} else State.APPROVED.value
    who = "you" if request.decision.person.id == person.id else request.decision.person.name
    since = _SINCE.get(request.state, "")
    return f"Request {request.id} was {verb} by {who} already{since}."


def in_words(roles: Iterable[tuple[str, int]]) -> str:
    """Say how many of which roles: “1 approver and 2 owners”."""
    said = [f"{count} {role if count == 1 else _many(role)}" for role, count in roles]
    return " and ".join(said) or "nobody"


def _many(role: str) -> str:
    """Name several who hold a role; roles may be called anything, as “sre-ops”."""
    if role.endswith("y") and role[-2:-1] not in {*"aeiou"}:
        return f"{role[:-1]}ies"
    return role if role.endswith("s") else f"{role}s"


def policy_of(request: PublishRequest, policies: Iterable[Policy]) -> Policy:
    """Pick the policy that decides about the request now; it may be another than when it was asked for."""
    return policy_for(request.service, request.wish.published_service, policies)


def missing_roles(wish: Wish, policy: Policy, held: Mapping[str, frozenset[str]]) -> tuple[tuple[str, int], ...]:
    if wish.break_glass:
        return ()
    return tuple(missing(policy.quorum, held).items())


def excluded(number: int, wish: Wish, person: Person, policy: Policy) -> str | None:
    """Say why the person may not approve whatever roles they hold."""
    if person.id == wish.requester.id and not policy.requester_may_approve:
        return f"Request {number} is your own; somebody else has to approve it."
    if policy.packager_may_approve:
        return None
    if wish.packager is None and policy.unknown_packager == "refuse":
        return _unknown_packager(wish, policy)
    if wish.packager is not None and wish.packager.id == person.id:
        return f"You packaged {wish.package.version}; somebody else has to approve it."
    return None


def _unknown_packager(wish: Wish, policy: Policy) -> str:
    return f"Nobody knows who packaged {wish.package.version}, and the policy “{policy.name}” lets nobody approve then."


def _roleless(wish: Wish, standing: Standing, policy: Policy) -> str | None:
    wanted = [role for role, _ in policy.quorum]
    if standing.roles_on(wish.service) & frozenset(wanted):
        return None
    said = f"You may not do that on {wish.service}: it takes the role {' or '.join(wanted) or 'of an admin'}."
    return f"{said} {standing.problem}" if standing.problem else said


def _objection_to_decline(request: PublishRequest, person: Person, standing: Standing, policy: Policy) -> str | None:
    if person.id == request.wish.requester.id:
        return f"Request {request.id} is your own: cancel it rather than decline it."
    if standing.allows(Permission.APPROVE, request.service):
        return None
    return _roleless(request.wish, standing, policy)


def _objection_to_cancel(request: PublishRequest, person: Person, standing: Standing) -> str | None:
    if person.id == request.wish.requester.id or standing.allows(Permission.ADMIN, request.service):
        return None
    return f"Only {request.wish.requester.name}, who asked, or an administrator may cancel request {request.id}."


def _objection_to_settling(request: PublishRequest, person: Person, standing: Standing, policy: Policy) -> str | None:
    if request.state is not State.UNKNOWN:
        return f"Request {request.id} is {request.state.value}; only one whose outcome is unknown is settled."
    return _objection_to_judging(request, person, standing, policy)


def _objection_to_review(request: PublishRequest, person: Person, standing: Standing, policy: Policy) -> str | None:
    if request.review is not None:
        return f"Request {request.id} was reviewed by {request.review.person.name} already."
    if request.review_due is None or request.state in {State.PENDING, State.APPROVED, State.PUBLISHING}:
        return f"Request {request.id} has no break-glass publish to review."
    return _objection_to_judging(request, person, standing, policy)


def _objection_to_judging(request: PublishRequest, person: Person, standing: Standing, policy: Policy) -> str | None:
    """Say why the person isn't one to look at what was done: it takes another than the requester, who may approve."""
    if person.id == request.wish.requester.id:
        return f"Request {request.id} is your own; somebody else has to look at it."
    if standing.allows(Permission.ADMIN, request.service):
        return None
    return _roleless(request.wish, standing, policy)
