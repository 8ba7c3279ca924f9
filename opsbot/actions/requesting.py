"""The verbs that ask for a publish, and list what was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.ports import RequestQuery
from opsbot.actions.reading import find_package
from opsbot.domain.authorization import Permission
from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import MessageRef, Package, Wish
from opsbot.domain.policy import policy_for
from opsbot.domain.results import PublishRequested, RequestsListed
from opsbot.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from opsbot.actions.ports import Designer, Requests
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ListRequests, RequestPublish
    from opsbot.domain.models import Asker, PublishRequest


def request_publish(command: RequestPublish, asker: Asker, standing: Standing, world: World) -> PublishRequested:
    """Open a publish request and post its card; asking again shows the open one."""
    published_service = command.published_service or command.service.service
    package = find_package(command.service, command.version, standing, world.designer)
    package = _with_notes(command, package, world.designer)
    _refuse_published(command, published_service, world.designer)
    wish = Wish(
        service=command.service,
        package=package,
        published_service=published_service,
        requester=asker.person,
        reason=command.reason,
        asked_in=asker.place.channel,
        asked_at=world.clock(),
    )
    request, is_new = world.requests.open(wish)
    return _with_card(request, world) if is_new or request.card is None else PublishRequested(request, was_open=True)


def list_requests(command: ListRequests, standing: Standing, requests: Requests) -> RequestsListed:
    """List publish requests on the services that the asker may see, newest first."""
    readable = (grant.services for grant in standing.grants if Permission.READ in standing.roles[grant.role])
    query = RequestQuery(
        visible=tuple({glob for globs in readable for glob in globs}),
        service=command.service,
        states=_states(command),
        requester=command.requester,
        page=command.page,
        size=PAGE_SIZE,
    )
    found, total = requests.page(query)
    return RequestsListed(command, tuple(found), total)


def _states(command: ListRequests) -> frozenset[State] | None:
    if command.state is not None:
        return frozenset({command.state})
    return None if command.every else OPEN


def _with_notes(command: RequestPublish, package: Package, designer: Designer) -> Package:
    try:
        summary = designer.summary(command.service, command.version)
    except NotFoundError:
        return package  # nodes before DSS 13.2 have no summaries
    notes = summary.package.release_notes or package.release_notes
    return replace(package, created_by=package.created_by or summary.package.created_by, release_notes=notes)


def _refuse_published(command: RequestPublish, published_service: str, designer: Designer) -> None:
    if command.version in designer.published_versions(command.service.node, published_service):
        raise ConflictError(f"{command.version} is on the published service “{published_service}” already.")


def _with_card(request: PublishRequest, world: World) -> PublishRequested:
    policy = policy_for(request.service, world.rules.policies)
    card = world.announcer.post_card(request, policy.approvals_channel or request.wish.asked_in)
    if not isinstance(card, MessageRef):
        return PublishRequested(request, card_problem=card)
    kept = world.requests.remember_card(request.id, card)
    if kept.card != card:  # somebody asked for the same at the same time, and their card was first
        world.announcer.withdraw(card)
    elif kept.state is not State.PENDING:  # somebody decided while the card was on its way
        world.announcer.repaint(kept)
    return PublishRequested(kept)
