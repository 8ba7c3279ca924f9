"""Carrying an approved request out: claim it, look, post, look again, and settle what is true.

Each function is one step of a run that survives a crash; a step that was under way then is done again, so each says
what happens if it is. `run` names the run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbot.actions.deciding import end
from opsbot.actions.recording import changed
from opsbot.actions.sighting import sight
from opsbot.actions.stores import Changed
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Asker, Place
from opsbot.domain.policy import objection_to_target, policy_of
from opsbot.domain.verdict import Ending, Hold, replaced, verdict
from opsbot.errors import DSSError, DSSUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from opsbot.actions.ports import Designer
    from opsbot.actions.stores import Surroundings
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.models import PublishRequest

_TRY_AGAIN = timedelta(seconds=30)
_ASK_AGAIN = timedelta(minutes=1)
_ASK_AT_LEAST = timedelta(hours=1)


def run_of(request: PublishRequest) -> str:
    """Name the run that the request waits for."""
    return f"publish-{request.id}-{request.attempt}"


def begin(request_id: int, run: str, world: World) -> bool:
    """Claim the request for the run, if nothing stands in its way; tells whether to go on.

    The claim is the record of our intent: from then on the version's presence may be our own doing. Before it, a version
    that is there already ends the request. Twice is the same as once.
    """
    request = world.requests.get(request_id)
    if request.claimed_by == run:
        return request.state is State.PUBLISHING
    if request.state is not State.APPROVED or run_of(request) != run:
        return False
    now = world.clock()
    begun = world.requests.change(request.id, _judged(request, run, now, world))
    return not isinstance(begun, str) and begun.state is State.PUBLISHING


def post(request_id: int, run: str, world: World) -> Ending:
    """Publish once, and tell what came of it; a run that may have posted before looks, and never posts again."""
    request = world.requests.change(request_id, _set_out(run, world.clock()))
    if isinstance(request, str):
        return _set_out_before(request_id, run, world)
    try:
        world.designer.publish(request.service, request.version, request.wish.published_service)
    except DSSError as error:
        return _after_silence(request, error, world.designer)
    return Ending(State.PUBLISHED, _moved(request, world.designer))


def settle(request_id: int, run: str, ended: Ending, world: World) -> None:
    """Keep what came of the run, and let the next request for the published service go. Twice is the same as once."""
    now = world.clock()

    def step(request: PublishRequest, _: Surroundings) -> Changed | str:
        if request.state is not State.PUBLISHING or request.claimed_by != run:
            return f"request {request.id} is {request.state.value} already"
        return settled(request, None, ended, now)

    done = world.requests.change(request_id, step)
    if not isinstance(done, str):
        let_others_go(done, world)


def give_up(request_id: int, run: str, incident: str, world: World) -> None:
    """Let nobody wait for a run that a fault of ours stopped: what may have been sent is unknown, the rest is held."""
    now = world.clock()
    said = f"Something went wrong on my side, incident {incident}."

    def step(request: PublishRequest, _: Surroundings) -> Changed | str:
        if request.state is State.PUBLISHING and request.claimed_by == run:
            state = State.UNKNOWN if request.posted_at is not None else State.FAILED
            return settled(request, None, Ending(state, said), now)
        if request.state is State.APPROVED and run_of(request) == run:
            return _held(request, Hold(said), now)
        return f"request {request.id} is {request.state.value}"

    world.requests.change(request_id, step)


def settled(request: PublishRequest, asker: Asker | None, ended: Ending, now: datetime) -> Changed:
    """Make of a request what became of it; one whose outcome is unknown is asked about again in a while."""
    is_unknown = ended.state is State.UNKNOWN
    over = replace(
        request,
        state=ended.state,
        outcome=ended.outcome,
        ended_at=None if is_unknown else now,
        try_at=now + _ASK_AGAIN if is_unknown else None,
        remind_at=request.review_due,
    )
    kinds = [Kind.REPAINT, Kind.OUTCOME]
    if request.review_due is not None and not is_unknown:
        kinds.append(Kind.REVIEW)
    what = ended.state.value if asker is None else "settle"
    return changed(over, asker, what, now, *kinds, why=ended.outcome)


def ask_again(request: PublishRequest, world: World) -> None:
    """Ask the API Deployer about a publish of unknown outcome; only its presence says something for sure."""
    now = world.clock()
    try:
        is_there = _is_published(request, world.designer)
    except DSSError:
        is_there = False

    def step(current: PublishRequest, _: Surroundings) -> Changed | str:
        if current.state is not State.UNKNOWN:
            return f"request {current.id} is {current.state.value}"
        if is_there:
            return settled(current, None, Ending(State.PUBLISHED, "The version is there, as was seen later."), now)
        since = now - (current.posted_at or now)
        return Changed(replace(current, try_at=now + min(max(since, _ASK_AGAIN), _ASK_AT_LEAST)), None)

    done = world.requests.change(request.id, step)
    if not isinstance(done, str) and done.state is State.PUBLISHED:
        let_others_go(done, world)


def let_others_go(request: PublishRequest, world: World) -> None:
    """Begin what waited for the request's turn to be over."""
    for other in world.requests.in_states(frozenset({State.APPROVED})):
        same = (other.service.node, other.wish.published_service) == (
            request.service.node,
            request.wish.published_service,
        )
        if same:
            world.durable.publish(other.id, other.attempt)


def standings_of(request: PublishRequest, world: World) -> Mapping[str, Standing]:
    """Tell what each voter may do now, where they voted, all by one fresh reading of the roles."""
    access, directory = world.rules.access, world.directory
    memberships = {
        vote.person.id: directory.membership(vote.person, fresh=number == 0)
        for number, vote in enumerate(request.votes)
    }
    return {
        vote.person.id: access.standing(Asker(vote.person, Place(vote.channel)), memberships[vote.person.id])
        for vote in request.votes
    }


def _standing_of_requester(request: PublishRequest, world: World) -> Standing:
    """Tell what the requester may do now, where they asked; afresh where nobody voted, since it is on their word alone."""
    wish = request.wish
    membership = world.directory.membership(wish.requester, fresh=not request.votes)
    return world.rules.access.standing(Asker(wish.requester, Place(wish.asked_in)), membership)


@dataclass(frozen=True, slots=True)
class _Claim:
    run: str
    now: datetime
    judge: Callable[[PublishRequest, Surroundings], Ending | Hold | None]

    def __call__(self, request: PublishRequest, around: Surroundings) -> Changed | str:
        """Claim, hold or end the request as the verdict says."""
        if request.state is not State.APPROVED or run_of(request) != self.run:
            return f"request {request.id} is {request.state.value}"
        said = self.judge(request, around)
        match said:
            case Ending():
                return end(request, said, self.now)
            case Hold():
                return _held(request, said, self.now)
            case None:
                claimed = replace(request, state=State.PUBLISHING, claimed_by=self.run, held="", try_at=None)
                return changed(claimed, None, State.PUBLISHING.value, self.now, Kind.REPAINT, run=self.run)


def _judged(request: PublishRequest, run: str, now: datetime, world: World) -> _Claim:
    """Look before anything is claimed; what was seen is judged with the request locked."""
    try:
        sighting = sight(request.wish, world.designer)
        is_there = _is_published(request, world.designer)
    except DSSUnavailableError as error:
        reason = f"Nothing was sent yet: {error.happened}"
        return _Claim(run, now, lambda *_: Hold(reason))
    except DSSError as error:
        said = f"Nothing was sent: {error}"
        return _Claim(run, now, lambda *_: Ending(State.FAILED, said))
    standings, requester = standings_of(request, world), _standing_of_requester(request, world)

    def judge(request: PublishRequest, around: Surroundings) -> Ending | Hold | None:
        if is_there:
            return Ending(State.FAILED, f"{request.version} was on {request.wish.published_service} already.")
        policies, pauses, holder = around.policies, around.pauses, around.holder
        there = around.there  # after the holder: whatever is published meanwhile is found as the one or the other
        policy = policy_of(request, policies)
        objected = objection_to_target(request.wish, policy, there, policies)
        if objected is not None:  # another service may have been published there since it was asked for
            return Ending(State.STALE, objected)
        return verdict(
            request, policy, sighting, standings, now, requester=requester, pauses=pauses, holder=holder, there=there
        )

    return _Claim(run, now, judge)


def _held(request: PublishRequest, hold: Hold, now: datetime) -> Changed:
    """Let the request wait; it is said once, however often it is tried again."""
    until = min(hold.until, now + timedelta(days=1)) if hold.until is not None else now + _TRY_AGAIN
    waiting = replace(request, held=hold.reason, try_at=until, attempt=request.attempt + 1)
    if request.held == hold.reason:
        return Changed(waiting, None)
    return changed(waiting, None, "held", now, Kind.REPAINT, Kind.HELD, reason=hold.reason)


def _set_out(run: str, now: datetime) -> Callable[[PublishRequest, Surroundings], Changed | str]:
    def step(request: PublishRequest, _: Surroundings) -> Changed | str:
        if request.state is not State.PUBLISHING or request.claimed_by != run or request.posted_at is not None:
            return "it was set out before"
        return Changed(replace(request, posted_at=now), None)

    return step


def _set_out_before(request_id: int, run: str, world: World) -> Ending:
    request = world.requests.get(request_id)
    if request.state is not State.PUBLISHING or request.claimed_by != run:
        return Ending(request.state, request.outcome)
    return _look_again(request, "I was stopped while the node was at it.", world.designer)


def _after_silence(request: PublishRequest, error: DSSError, designer: Designer) -> Ending:
    """Tell what is true after an answer that isn't a yes: silence leaves it open, a no settles it, if one may look."""
    if error.reply is not None and not error.reply.sent:
        return Ending(State.FAILED, f"Nothing was sent: {error}")
    absent = State.UNKNOWN if isinstance(error, DSSUnavailableError) else State.FAILED
    said = error.happened if absent is State.UNKNOWN else str(error)
    return _look_again(request, said, designer, absent)


def _look_again(request: PublishRequest, why: str, designer: Designer, absent: State = State.UNKNOWN) -> Ending:
    try:
        if _is_published(request, designer):
            return Ending(State.PUBLISHED, "The node's answer was lost, but the version is there.")
    except DSSError as error:
        return Ending(State.UNKNOWN, f"{why} The API Deployer could not be asked either: {error.happened}")
    if absent is State.FAILED:
        return Ending(absent, why)
    return Ending(absent, f"{why} The version isn't there yet; the node may still be at it.")


def _moved(request: PublishRequest, designer: Designer) -> str:
    """Say whether the package was still that one when it had been published: the node publishes without conditions."""
    try:
        changed_so = replaced(request.wish, sight(request.wish, designer))
    except DSSError as error:
        return f"Whether it was still the same package could not be seen afterwards: {error.happened}"
    return f"But look: {changed_so} What was published may be the other one." if changed_so is not None else ""


def _is_published(request: PublishRequest, designer: Designer) -> bool:
    return request.version in designer.published_versions(request.service.node, request.wish.published_service)
