"""The verb that explains what a publish needs, and why the asker can't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.actions.deciders import holders, kept_from_approving
from opsbot.actions.packagers import packager_of
from opsbot.actions.reading import find_package, find_service
from opsbot.domain.authorization import Permission, refusal
from opsbot.domain.commands import Approve
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import Package, Person, PublishRequest, Wish
from opsbot.domain.policies import policy_for
from opsbot.domain.policy import lacking, objection_to_break_glass, objection_to_target, objection_to_vote
from opsbot.domain.results import Explained, RoleHolders
from opsbot.domain.terminal import unheard
from opsbot.domain.verdict import obstacle
from opsbot.errors import DSSError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Explain
    from opsbot.domain.models import Asker
    from opsbot.domain.policies import Policy


def explain(command: Explain, asker: Asker, standing: Standing, world: World) -> Explained:
    """Tell which policy decides, who could approve now, what is missing, and why the asker can't."""
    package = _package(command, standing, world)
    target = command.published_service or command.service.service
    policy = policy_for(command.service, target, world.policies.in_force())
    open_ones = [each for each in world.requests.in_states(OPEN) if _is_about(each, command, target)]
    request = next(
        (each for each in open_ones if (each.service, each.version) == (command.service, command.version)), None
    )
    supposed = request or _supposed(command, package, asker, policy, world)
    asking = _Question(command, asker, standing, policy, supposed, world)
    return Explained(
        command,
        policy,
        request,
        tuple(asking.holders()),
        tuple(asking.obstacles(open_ones)),
        tuple(asking.objections(is_open=request is not None)),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, about a request that is open or supposed."""

    command: Explain
    asker: Asker
    standing: Standing
    policy: Policy
    request: PublishRequest
    world: World

    def holders(self) -> Iterator[RoleHolders]:
        """Name who could approve, role by role."""
        short = dict(lacking(self.request, self.policy))
        besides = kept_from_approving(self.request, self.policy)
        for role, needed in self.policy.quorum:
            people, unread = holders(role, self.request, self.world, besides)
            yield RoleHolders(role, needed, short.get(role, 0), tuple(sorted(people)), tuple(sorted(unread)))

    def obstacles(self, open_ones: list[PublishRequest]) -> Iterator[str]:
        """Say what keeps everybody from publishing now."""
        holder = next((each for each in open_ones if each.state in {State.PUBLISHING, State.UNKNOWN}), None)
        wish, pauses = self.request.wish, self.world.pauses.active()
        there = self.world.requests.last_published(wish.service.node, wish.published_service)
        yield from filter(None, [objection_to_target(wish, self.policy, there, self.world.policies.in_force())])
        hold = obstacle(wish, self.policy, self.world.clock(), pauses=pauses, holder=holder, there=there)
        if hold is not None:
            yield hold.reason
        elif self.request.held:
            yield f"Request {self.request.id} waits: {self.request.held}"
        if self.command.version is not None and self._is_there(self.command.version):
            yield f"{self.command.version} is on the published service “{self.request.wish.published_service}” already."

    def _is_there(self, version: str) -> bool:
        try:
            there = self.world.designer.published_versions(
                self.command.service.node, self.request.wish.published_service
            )
        except DSSError:  # whether it is there is asked again when it is to be published
            return False
        return version in there

    def objections(self, *, is_open: bool) -> Iterator[str]:
        """Say why the asker can't ask for it, approve it, or break the glass."""
        if not self.standing.allows(Permission.PUBLISH, self.command.service):
            yield refusal(self.standing, Permission.PUBLISH, self.command.service)
        why_not = objection_to_vote(self.request, self.asker.person, self.standing, self.policy)
        if self.policy.quorum and why_not is not None:
            supposed = "" if is_open else "If somebody else asks for it, you can't approve it. "
            yield f"{supposed}{why_not}"
        if self.policy.quorum and self.standing.in_terminal:
            yield from filter(None, [unheard(Approve(self.request.id))])
        if self.policy.break_glass is not None:
            yield from filter(None, [objection_to_break_glass(self.request.wish, self.standing, self.policy)])
        debt = next((each for each in self.world.requests.in_debt() if each.wish.policy_name == self.policy.name), None)
        if debt is not None:
            yield f"The glass can't be broken again before request {debt.id} was reviewed."


def _package(command: Explain, standing: Standing, world: World) -> Package | None:
    if command.version is not None:
        return find_package(command.service, command.version, standing, world.designer)
    find_service(command.service, standing, world.designer)
    return None


def _is_about(request: PublishRequest, command: Explain, published_service: str) -> bool:
    node = request.service.node == command.service.node
    return node and request.wish.published_service == published_service


def _supposed(command: Explain, package: Package | None, asker: Asker, policy: Policy, world: World) -> PublishRequest:
    """Suppose a request by nobody in particular, to judge the asker against."""
    now = world.clock()
    wish = Wish(
        service=command.service,
        package=package or Package(command.version or "a version"),
        published_service=command.published_service or command.service.service,
        requester=Person("", "nobody"),
        reason="a reason",
        asked_in=asker.place.channel,
        asked_at=now,
        card_channel=policy.approvals_channel or asker.place.channel,
        policy=policy.digest,
        policy_name=policy.name,
        packager=packager_of(command.service, package, world) if package is not None else Person("", "nobody"),
    )
    return PublishRequest(0, wish, State.PENDING)
