"""Whether a publish request may be published now: what ended it, what holds it up, and whether its votes still count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.domain.authorization import Permission, covers
from opsbot.domain.freezes import frozen
from opsbot.domain.lifecycle import State
from opsbot.domain.policy import excluded, in_words, missing_roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from opsbot.domain.authorization import Standing
    from opsbot.domain.models import Package, Pause, PublishRequest, Wish
    from opsbot.domain.policies import Policy


@dataclass(frozen=True, slots=True)
class Sighting:
    """A package as the node tells of it now; None where it has none such."""

    package: Package | None
    summary_digest: str = ""
    archive_digest: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ends."""

    state: State
    outcome: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an approved request waits, and until when, where that is known."""

    reason: str
    until: datetime | None = None


def ending(request: PublishRequest, policy: Policy, now: datetime, sighting: Sighting | None = None) -> Ending | None:
    """Tell how a request that waits has ended by itself: too late, or no longer what people were asked about."""
    if request.state not in {State.PENDING, State.APPROVED}:
        return None
    wish = request.wish
    if policy.digest != wish.policy:
        return Ending(
            State.STALE, f"The policy was changed: “{wish.policy_name}” isn't what decides, as it stood, any more."
        )
    changed = replaced(wish, sighting) if sighting is not None else None
    if changed is not None:
        return Ending(State.STALE, changed)
    if wish.expires_at is not None and now >= wish.expires_at:
        waited = "was published" if request.state is State.APPROVED else "was decided"
        return Ending(State.EXPIRED, f"Nothing {waited} in time.")
    return None


def replaced(wish: Wish, sighting: Sighting) -> str | None:
    """Say in what the package isn't the one that was asked for, or None where it is."""
    version = wish.package.version
    if sighting.package is None:
        return f"{version} was deleted since it was asked for."
    if sighting.package.created_on != wish.package.created_on:
        return f"{version} was deleted and made again since it was asked for."
    if sighting.summary_digest != wish.summary_digest:
        return f"What the node tells of {version} has changed since it was asked for."
    if wish.archive_digest and sighting.archive_digest != wish.archive_digest:
        return f"What is in the archive of {version} has changed since it was asked for."
    return None


def verdict(
    request: PublishRequest,
    policy: Policy,
    sighting: Sighting,
    standings: Mapping[str, Standing],
    now: datetime,
    *,
    requester: Standing,
    pauses: Iterable[Pause] = (),
    holder: PublishRequest | None = None,
    there: PublishRequest | None = None,
) -> Ending | Hold | None:
    """Tell what keeps an approved request from being published now, or None where nothing does.

    `standings` are those of the voters, read just now: a vote counts only for the roles that are held still. Where
    nobody voted since nobody had to, it is the requester who has to be allowed to still.
    """
    ended = ending(request, policy, now, sighting)
    if ended is not None:
        return ended
    if request.state is not State.APPROVED:
        return Hold(f"Request {request.id} is {request.state.value}.")
    counted = _recount(request, policy, standings)
    if counted is None and not missing_roles(request.wish, policy, {}):
        counted = _objection_to_requester(request.wish, policy, requester)
    return counted or obstacle(request.wish, policy, now, pauses=pauses, holder=holder, there=there)


def obstacle(
    wish: Wish,
    policy: Policy,
    now: datetime,
    *,
    pauses: Iterable[Pause] = (),
    holder: PublishRequest | None = None,
    there: PublishRequest | None = None,
) -> Hold | None:
    """Tell what keeps everybody from publishing to that published service now: a pause, a freeze, another request.

    `there` is what was published there last: where that may be of another service, a pause of that one counts, too.
    """
    paused = {wish.service, there.service if there is not None else wish.service}
    pause = next((each for each in pauses if any(covers((each.services,), service) for service in paused)), None)
    if pause is not None:
        return Hold(f"Publishing is paused by {pause.by.name}: {pause.reason}")
    window = frozen(policy.freezes, now) if not wish.break_glass else None
    if window is not None:
        freeze, until = window
        return Hold(f"Publishing is frozen{f': {freeze.reason}' if freeze.reason else ''}.", until)
    if holder is not None and holder.service != wish.service:  # who reads this may know nothing of that one
        return Hold(f"Request {holder.id} of another service goes to {wish.published_service}; one goes at a time.")
    if holder is not None:
        return Hold(
            f"Request {holder.id} by {holder.wish.requester.name} ({holder.version}) is {holder.state.value} "
            f"on {wish.published_service}; one goes at a time."
        )
    return None


def _objection_to_requester(wish: Wish, policy: Policy, requester: Standing) -> Ending | Hold | None:
    """Say why the requester, on whose word alone it is published, may not have it published any more."""
    glass = frozenset(policy.break_glass.roles) if policy.break_glass is not None else frozenset[str]()
    may_break = not wish.break_glass or requester.roles_on(wish.service) & glass
    if may_break and requester.allows(Permission.PUBLISH, wish.service):
        return None
    if requester.problem:
        return Hold(f"Whether {wish.requester.name} may publish can't be seen now. {requester.problem}")
    what = "break the glass" if wish.break_glass else "publish"
    return Ending(State.STALE, f"Nobody had to approve, and {wish.requester.name} may not {what} here any more.")


def _recount(request: PublishRequest, policy: Policy, standings: Mapping[str, Standing]) -> Ending | Hold | None:
    held = {
        vote.person.id: frozenset(vote.roles) & standings[vote.person.id].roles_on(request.service)
        for vote in request.votes
        if excluded(request.id, request.wish, vote.person, policy) is None
    }
    short = missing_roles(request.wish, policy, held)
    if not short:
        return None
    problem = next((standing.problem for standing in standings.values() if standing.problem), "")
    if problem:
        return Hold(f"The approvals can't be counted now. {problem}")
    gone = [vote.person.name for vote in request.votes if not held.get(vote.person.id)]
    return Ending(
        State.STALE, f"The approval of {' and '.join(gone)} doesn't count any more; it takes {in_words(short)} again."
    )
