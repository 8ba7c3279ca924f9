"""Carrying an approved request out: look, post, look again, and say what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.domain.lifecycle import State
from opsbot.errors import DSSError, DSSUnavailableError

if TYPE_CHECKING:
    from opsbot.actions.ports import Designer
    from opsbot.actions.world import World
    from opsbot.domain.models import PublishRequest


@dataclass(frozen=True, slots=True)
class _End:
    state: State
    outcome: str


def carry_out(request_id: int, world: World) -> None:
    """Publish the version that was approved, settle its request, and tell people.

    Twice is the same as once: only who moves the request on from approved goes on.
    """
    request = world.requests.get(request_id)
    end = _objection(request, world.designer)
    if end is not None and end.state is State.STALE:
        _settle(request, State.APPROVED, end, world)
        return
    # From here on, unless something stands in its way, the version's presence may be our own doing.
    begun = world.requests.advance(request.id, State.APPROVED, State.PUBLISHING)
    if begun is not None:
        world.announcer.repaint(begun)
        _settle(begun, State.PUBLISHING, end or _publish(begun, world.designer), world)


def _settle(request: PublishRequest, before: State, end: _End, world: World) -> None:
    settled = world.requests.advance(request.id, before, end.state, end.outcome)
    if settled is not None:
        world.announcer.repaint(settled)
        world.announcer.tell_outcome(settled)


def _objection(request: PublishRequest, designer: Designer) -> _End | None:
    """Look before anything is sent: whether it is still that package, and not there already."""
    try:
        found = (package for package in designer.packages(request.service) if package.version == request.version)
        package = next(found, None)
        if package is None:
            return _End(State.STALE, f"{request.version} was deleted since it was asked for.")
        if package.created_on != request.wish.package.created_on:
            return _End(State.STALE, f"{request.version} was deleted and made again since it was asked for.")
        if _is_published(request, designer):
            return _End(State.FAILED, f"{request.version} was on {request.wish.published_service} already.")
    except DSSError as error:
        return _End(State.FAILED, f"Nothing was sent: {error}")
    return None


def _publish(request: PublishRequest, designer: Designer) -> _End:
    """Post once; what the answer leaves open, the API Deployer is asked."""
    try:
        designer.publish(request.service, request.version, request.wish.published_service)
    except DSSError as error:
        return _look_again(request, error, designer)
    return _End(State.PUBLISHED, "")


def _look_again(request: PublishRequest, error: DSSError, designer: Designer) -> _End:
    try:
        if _is_published(request, designer):
            return _End(State.PUBLISHED, "The node's answer was lost, but the version is there.")
    except DSSError as second:
        return _End(State.UNKNOWN, f"{error} The API Deployer could not be asked either: {second}")
    if isinstance(error, DSSUnavailableError):
        return _End(State.UNKNOWN, f"{error} The version isn't there yet; the node may still be at it.")
    return _End(State.FAILED, str(error))


def _is_published(request: PublishRequest, designer: Designer) -> bool:
    return request.version in designer.published_versions(request.service.node, request.wish.published_service)
