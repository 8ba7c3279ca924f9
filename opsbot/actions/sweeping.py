"""What time does to requests: they expire, people are reminded, and what a crash left undone is begun again."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from opsbot.actions.changing import look_later
from opsbot.actions.deciding import end
from opsbot.actions.publishing import ask_again
from opsbot.actions.recording import changed
from opsbot.actions.requesting import begin_at_once
from opsbot.actions.stores import Changed
from opsbot.domain.authorization import covers
from opsbot.domain.changes import ChangeState
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.policy import policy_of
from opsbot.domain.verdict import ending
from opsbot.errors import OpsbotError, in_full

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from opsbot.actions.stores import Surroundings
    from opsbot.actions.world import World
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.models import PublishRequest
    from opsbot.domain.policies import Policy

T = TypeVar("T")

_log = logging.getLogger(__name__)

_REVIEW_REMINDED = timedelta(days=1)


def sweep(world: World) -> None:
    """Do what is due now; twice is the same as once. What fails for one request doesn't keep the others waiting."""
    waiting = world.requests.in_states(frozenset({State.PENDING, State.APPROVED, State.UNKNOWN}))
    _each(waiting, lambda request: _look_after(request, world))
    _each(world.requests.in_debt(), lambda request: _remind_of_review(request, world))
    changes = world.changes.in_states(frozenset({ChangeState.ASKED, ChangeState.UNKNOWN}))
    _each(changes, lambda change: _look_after_change(change, world))
    world.watches.want_digests(world.clock())
    for channel in world.deliveries.channels():
        world.durable.deliver(channel)


def _look_after(request: PublishRequest, world: World) -> None:
    now = world.clock()
    is_due = request.try_at is None or request.try_at <= now
    if request.state is State.UNKNOWN:
        if is_due:
            ask_again(request, world)
        return
    policy = policy_of(request, world.policies.in_force())
    if ending(request, policy, now) is not None:
        world.requests.change(request.id, _ended(now))
    elif request.state is State.PENDING:
        begun = begin_at_once(request, policy, world)
        if begun.state is State.PENDING and begun.remind_at is not None and begun.remind_at <= now:
            world.requests.change(request.id, _reminded(policy, now, _quiet_until(begun, world, now)))
    elif is_due:
        world.durable.publish(request.id, request.attempt)


def _ended(now: datetime) -> Callable[[PublishRequest, Surroundings], Changed | str]:
    def step(request: PublishRequest, around: Surroundings) -> Changed | str:
        ended = ending(request, policy_of(request, around.policies), now)
        return end(request, ended, now) if ended is not None else f"request {request.id} goes on"

    return step


def _quiet_until(request: PublishRequest, world: World, now: datetime) -> datetime | None:
    """Tell when the hours are over in which the card's channel wants to hear nothing of the service; None: they aren't now."""
    watches = world.watches.of_target(request.wish.card_channel)
    hours = (each.quiet for each in watches if not each.stopped and covers((each.services,), request.service))
    ends = (quiet.end_of(now) for quiet in hours if quiet is not None)
    return max((end for end in ends if end is not None), default=None)


def _reminded(
    policy: Policy, now: datetime, quiet_until: datetime | None
) -> Callable[[PublishRequest, Surroundings], Changed | str]:
    def step(request: PublishRequest, _: Surroundings) -> Changed | str:
        if request.state is not State.PENDING or request.remind_at is None or request.remind_at > now:
            return f"request {request.id} needs no reminder"
        if quiet_until is not None:
            return Changed(replace(request, remind_at=quiet_until), None)
        following = now + policy.remind_every if policy.remind_every is not None else None
        return changed(replace(request, remind_at=following), None, "remind", now, Kind.REMINDER)

    return step


def _remind_of_review(request: PublishRequest, world: World) -> None:
    """Remind of a review that is overdue; until it is there, the glass can't be broken again under that policy."""
    now = world.clock()

    def step(request: PublishRequest, _: Surroundings) -> Changed | str:
        if request.remind_at is None or request.remind_at > now or request.review is not None:
            return f"request {request.id} needs no reminder"
        following = replace(request, remind_at=now + _REVIEW_REMINDED)
        return changed(following, None, "review overdue", now, Kind.REVIEW)

    if request.state in {State.PUBLISHED, State.FAILED}:
        world.requests.change(request.id, step)


def _look_after_change(change: NodeChange, world: World) -> None:
    if change.state is ChangeState.ASKED:
        world.durable.change(change.id)
    else:
        look_later(change, world)


def _each(things: Iterable[T], do: Callable[[T], None]) -> None:
    for thing in things:
        try:
            do(thing)
        except OpsbotError as error:
            _log.warning("what is due could not be done: %s", in_full(error))
        except Exception:  # noqa: BLE001 - a fault of ours, too, is nobody else's
            _log.exception("what is due could not be done")
