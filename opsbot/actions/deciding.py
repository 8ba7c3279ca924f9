"""The verbs that decide about a publish request: approve, decline, cancel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opsbot.actions.deciders import whom_to_ask
from opsbot.actions.recording import changed
from opsbot.actions.sighting import sight
from opsbot.domain.commands import Approve
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Decision, Vote
from opsbot.domain.policy import lacking, objection, policy_of, target_state
from opsbot.domain.results import Decided, Refused
from opsbot.domain.verdict import ending

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.actions.stores import Changed, Surroundings
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Decide
    from opsbot.domain.models import Asker, PublishRequest
    from opsbot.domain.policies import Policy
    from opsbot.domain.verdict import Ending, Sighting


def decide(command: Decide, asker: Asker, standing: Standing, world: World) -> Decided | Refused:
    """Decide about a request; whoever is second is told who was first.

    The store asks for the decision with the request locked, so that any number of clicks at once decides once.
    """
    request = world.requests.get(command.request)
    policy = policy_of(request, world.policies.in_force())
    objected = objection(command, request, asker.person, standing, policy)
    if objected is not None:  # said again below, with the request locked, where it isn't said here
        return Refused(objected, whom_to_ask(command, asker.person, standing, world))
    sighting = sight(request.wish, world.designer) if isinstance(command, Approve) else None
    step = _Step(command, asker, standing, sighting, world.clock())
    decided = world.requests.change(request.id, step)
    if isinstance(decided, str):
        return Refused(decided)
    if decided.state not in {target_state(command), State.PENDING}:
        return Refused(f"Request {decided.id} is {decided.state.value}. {decided.outcome}")
    if decided.state is State.APPROVED:
        world.durable.publish(decided.id, decided.attempt)
    return Decided(decided, lacking(decided, policy) if decided.state is State.PENDING else ())


def end(request: PublishRequest, ended: Ending, now: datetime) -> Changed:
    """End a request that ended by itself, and have it told."""
    over = replace(request, state=ended.state, outcome=ended.outcome, ended_at=now, held="", review_due=None)
    return changed(over, None, ended.state.value, now, Kind.REPAINT, why=ended.outcome)


def approve_by_rule(request: PublishRequest, now: datetime) -> Changed:
    """Approve a request that nobody has to approve: the policy asks for nobody, or the glass is broken."""
    said = "The glass is broken." if request.wish.break_glass else "The policy asks for nobody's approval."
    approved = replace(request, state=State.APPROVED, decision=Decision(request.wish.requester, now, said))
    return changed(approved, None, State.APPROVED.value, now, Kind.REPAINT, reason=said)


@dataclass(frozen=True, slots=True)
class _Step:
    """The decision, asked of the request as it is once it is locked."""

    command: Decide
    asker: Asker
    standing: Standing
    sighting: Sighting | None
    now: datetime

    def __call__(self, request: PublishRequest, around: Surroundings) -> Changed | str:
        policy = policy_of(request, around.policies)
        objected = objection(self.command, request, self.asker.person, self.standing, policy)
        if objected is not None:
            return objected
        ended = ending(request, policy, self.now, self.sighting)
        if ended is not None:
            return end(request, ended, self.now)
        if isinstance(self.command, Approve):
            return self._vote(request, policy)
        return self._end(request)

    def _vote(self, request: PublishRequest, policy: Policy) -> Changed:
        """Count the vote; the one that fills the quorum approves."""
        wanted = frozenset(role for role, _ in policy.quorum)
        roles = tuple(sorted(self.standing.roles_on(request.service) & wanted))
        comment = self.command.comment
        vote = Vote(self.asker.person, self.now, self.asker.place.channel, roles, comment)
        voted = replace(request, votes=(*request.votes, vote))
        kinds: tuple[Kind, ...] = (Kind.REPAINT, Kind.VOTED)
        if not lacking(voted, policy):
            voted = replace(voted, state=State.APPROVED, decision=Decision(vote.person, self.now, comment))
            kinds = (Kind.REPAINT,)
        verb, text = self.command.verb, vote.person.id
        return changed(voted, self.asker, verb, self.now, *kinds, text=text, roles=list(roles), comment=comment)

    def _end(self, request: PublishRequest) -> Changed:
        decision = Decision(self.asker.person, self.now, self.command.comment)
        over = replace(
            request,
            state=target_state(self.command),
            decision=decision,
            ended_at=self.now,
            held="",
            review_due=None,
        )
        verb, reason = self.command.verb, self.command.comment
        return changed(over, self.asker, verb, self.now, Kind.REPAINT, reason=reason)
