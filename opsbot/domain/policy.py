"""What a publish needs: the policies, and the one predicate that every decision goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from opsbot.domain.authorization import Permission, covers, refusal
from opsbot.domain.commands import Approve, Cancel, Decline
from opsbot.domain.lifecycle import State, may_follow
from opsbot.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Decide
    from opsbot.domain.models import Person, PublishRequest
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class Policy:
    """Whoever has approve on the service may say yes, but for the requester; the cards go to `approvals_channel`."""

    services: tuple[str, ...] = ("*",)
    approvals_channel: str | None = None


DEFAULT_POLICY = Policy()


def policy_for(service: ServiceRef, policies: Iterable[Policy]) -> Policy:
    """Pick the first policy that covers the service; where none does, the default one."""
    return next((policy for policy in policies if covers(policy.services, service)), DEFAULT_POLICY)


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


def objection(decide: Decide, request: PublishRequest, person: Person, standing: Standing) -> str | None:
    """Say why this person may not decide so about this request now, or None where they may.

    Every door leads through here: button, mention and command. Who may not even see the request hears that there is
    none: NotFoundError.
    """
    if not _may_see(request, person, standing):
        raise no_such_request(request.id, standing.problem)
    if not may_follow(request.state, target_state(decide)):
        return already_decided(request, person)
    if isinstance(decide, Cancel):
        return _objection_to_cancel(request, person, standing)
    if person.id == request.wish.requester.id:
        return _own_request(decide, request)
    if not standing.allows(Permission.APPROVE, request.service):
        return refusal(standing, Permission.APPROVE, request.service)
    return None


def no_such_request(number: int, problem: str = "") -> NotFoundError:
    """Make the error for a number that nobody has, or that the asker may not know of, perhaps because of a problem."""
    return NotFoundError(f"There is no request {number}. {problem}".rstrip())


def already_decided(request: PublishRequest, person: Person) -> str:
    """Tell who was first."""
    if request.decision is None:
        return f"Request {request.id} is {request.state.value} already."
    verb = request.state.value if request.state in {State.DECLINED, State.CANCELLED} else State.APPROVED.value
    who = "you" if request.decision.person.id == person.id else request.decision.person.name
    return f"Request {request.id} was {verb} by {who} already."


def _own_request(decide: Approve | Decline, request: PublishRequest) -> str:
    if isinstance(decide, Decline):
        return f"Request {request.id} is your own: cancel it rather than decline it."
    return f"Request {request.id} is your own; somebody else has to approve it."


def _objection_to_cancel(request: PublishRequest, person: Person, standing: Standing) -> str | None:
    if person.id == request.wish.requester.id or standing.allows(Permission.ADMIN, request.service):
        return None
    return f"Only {request.wish.requester.name}, who asked, may cancel request {request.id}."


def _may_see(request: PublishRequest, person: Person, standing: Standing) -> bool:
    asked_for_it = person.id == request.wish.requester.id
    return asked_for_it or any(standing.allows(each, request.service) for each in (Permission.READ, Permission.APPROVE))
