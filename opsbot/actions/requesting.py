"""The verbs that ask for a publish, and list what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opsbot.actions.comparing import difference, seen
from opsbot.actions.deciding import approve_by_rule
from opsbot.actions.packagers import packager_of
from opsbot.actions.reading import find_package
from opsbot.actions.recording import effects, identity
from opsbot.actions.stores import RequestQuery
from opsbot.domain.authorization import Permission
from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import Wish
from opsbot.domain.policies import policy_for
from opsbot.domain.policy import lacking, objection_to_asking, objection_to_break_glass, objection_to_target
from opsbot.domain.results import PublishRequested, Refused, RequestsListed
from opsbot.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from opsbot.actions.ports import Designer
    from opsbot.actions.stores import Changed, Requests, Surroundings
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ListRequests, RequestPublish
    from opsbot.domain.models import Asker, Package, PublishRequest
    from opsbot.domain.policies import Policy


def request_publish(
    command: RequestPublish, asker: Asker, standing: Standing, world: World
) -> PublishRequested | Refused:
    """Open a publish request, whose card is posted soon; asking again shows the open one."""
    target = command.published_service or command.service.service
    policies = world.policies.in_force()
    policy = policy_for(command.service, target, policies)
    wish = _Asking(command, asker, target, policy, world).wish(_find(command, standing, world.designer))
    published = world.requests.last_published(wish.service.node, target)
    objected = objection_to_asking(wish, policy) or objection_to_target(wish, policy, published, policies)
    if command.break_glass and objected is None:
        objected = objection_to_break_glass(wish, standing, policy)
    if objected is not None:
        return Refused(objected)
    _refuse_published(wish, world.designer)
    snapshot = seen(wish.service, wish.package, world.designer, world.snapshots, world.clock)
    told = world.snapshots if published is None or standing.allows(Permission.READ, published.service) else None
    wish = replace(wish, difference=difference(snapshot, published, told))
    request, is_new = world.requests.open(
        wish, lambda opened: effects(opened, asker, command.verb, wish.asked_at, Kind.CARD, **identity(wish))
    )
    if is_new:
        request = begin_at_once(request, policy, world)
    return PublishRequested(request, lacking(request, policy), was_open=not is_new)


def begin_at_once(request: PublishRequest, policy: Policy, world: World) -> PublishRequest:
    """Approve a request that nobody has to approve, and have it carried out; any other stays as it is."""
    if lacking(request, policy):
        return request
    now = world.clock()

    def step(current: PublishRequest, _: Surroundings) -> Changed | str:
        if current.state is not State.PENDING:
            return f"request {current.id} is {current.state.value}"
        return approve_by_rule(current, now)

    approved = world.requests.change(request.id, step)
    if isinstance(approved, str):
        return world.requests.get(request.id)
    world.durable.publish(approved.id, approved.attempt)
    return approved


def list_requests(command: ListRequests, standing: Standing, requests: Requests) -> RequestsListed:
    """List publish requests on the services that the asker may see, newest first."""
    query = RequestQuery(
        visible=standing.reach(Permission.READ),
        service=command.service,
        states=_states(command),
        requester=command.requester,
        page=command.page,
        size=PAGE_SIZE,
    )
    found, total = requests.page(query)
    return RequestsListed(command, tuple(found), total)


@dataclass(frozen=True, slots=True)
class _Found:
    """A package, and what tells it from another that may be made under its version."""

    package: Package
    summary_digest: str


@dataclass(frozen=True, slots=True)
class _Asking:
    """Who asks for what, and the policy that it will be judged by."""

    command: RequestPublish
    asker: Asker
    published_service: str
    policy: Policy
    world: World

    def wish(self, found: _Found) -> Wish:
        """Gather what is true of the package and of the policy at this moment."""
        policy, now, package = self.policy, self.world.clock(), found.package
        archive = ""
        if policy.identity == "digest":
            archive = self.world.designer.archive_digest(self.command.service, package.version)
        review_within = policy.break_glass.review_within if policy.break_glass is not None else None
        is_urgent = self.command.break_glass
        return Wish(
            service=self.command.service,
            package=package,
            published_service=self.published_service,
            requester=self.asker.person,
            reason=self.command.reason,
            asked_in=self.asker.place.channel,
            asked_at=now,
            card_channel=policy.approvals_channel or self.asker.place.channel,
            policy=policy.digest,
            policy_name=policy.name,
            summary_digest=found.summary_digest,
            archive_digest=archive,
            packager=packager_of(self.command.service, package, self.world),
            expires_at=now + policy.expires_after,
            remind_at=now + policy.remind_every if policy.remind_every is not None else None,
            break_glass=is_urgent,
            review_due=now + review_within if is_urgent and review_within is not None else None,
        )


def _states(command: ListRequests) -> frozenset[State] | None:
    if command.state is not None:
        return frozenset({command.state})
    return None if command.every else OPEN


def _find(command: RequestPublish, standing: Standing, designer: Designer) -> _Found:
    package = find_package(command.service, command.version, standing, designer)
    try:
        summary = designer.summary(command.service, command.version)
    except NotFoundError:
        return _Found(package, "")  # deleted between the two calls: the next look finds it gone
    notes = summary.package.release_notes or package.release_notes
    by = package.created_by or summary.package.created_by
    return _Found(replace(package, created_by=by, release_notes=notes), summary.digest)


def _refuse_published(wish: Wish, designer: Designer) -> None:
    version = wish.package.version
    if version in designer.published_versions(wish.service.node, wish.published_service):
        raise ConflictError(f"{version} is on the published service “{wish.published_service}” already.")
