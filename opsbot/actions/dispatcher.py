"""From a command to its result: is it allowed, and which action does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from opsbot.actions.deciding import decide
from opsbot.actions.introducing import show_access, show_help
from opsbot.actions.packaging import create_package
from opsbot.actions.reading import list_packages, list_services, show_service, show_summary
from opsbot.actions.requesting import list_requests, request_publish
from opsbot.domain.authorization import refusal
from opsbot.domain.commands import (
    Approve,
    Cancel,
    CreatePackage,
    Decline,
    Defaults,
    ListPackages,
    ListRequests,
    ListServices,
    RequestPublish,
    ShowAccess,
    ShowHelp,
    ShowService,
    ShowSummary,
)
from opsbot.domain.models import MessageRef
from opsbot.domain.results import Refused

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker, Place
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.results import Result


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """The one door to the actions, whatever surface a command came from."""

    world: World

    def defaults(self, place: Place) -> Defaults:
        """Tell what is meant in a place: the channel's node and project, the thread's publish request."""
        rules = self.world.rules.channel(place.channel)
        return Defaults(self.world.rules.default_node(place.channel), rules.project, self._request_of(place))

    def do(self, command: Command, asker: Asker) -> Result:
        """Do what is asked if the asker may; raises OpsbotError where it can't be done."""
        if not self._is_allowed_in(asker.place, command):
            return Refused(f"“{command.verb}” isn't for this channel; its settings allow other verbs only.")
        membership = self.world.directory.membership(asker.person)
        standing = self.world.rules.access.standing(asker, membership)
        return self._forbidden(command, standing) or self._do(command, asker, standing)

    def _do(self, command: Command, asker: Asker, standing: Standing) -> Result:  # noqa: C901, PLR0911 - one arm per verb
        world = self.world
        match command:
            case ShowHelp():
                return show_help(command, standing, world.manual)
            case ShowAccess():
                return show_access(asker, standing)
            case ListServices():
                return list_services(command, standing, world.designer)
            case ShowService():
                return show_service(command, standing, world.designer)
            case ListPackages():
                return list_packages(command, standing, world.designer)
            case ShowSummary():
                return show_summary(command, standing, world.designer)
            case CreatePackage():
                return create_package(command, asker, standing, world)
            case RequestPublish():
                return request_publish(command, asker, standing, world)
            case ListRequests():
                return list_requests(command, standing, world.requests)
            case Approve() | Decline() | Cancel():
                return decide(command, asker, standing, world)
            case _:
                assert_never(command)

    def _is_allowed_in(self, place: Place, command: Command) -> bool:
        verbs = self.world.rules.channel(place.channel).verbs
        return verbs is None or command.verb in verbs or command.permission is None

    def _forbidden(self, command: Command, standing: Standing) -> Refused | None:
        """Refuse what no grant allows; decisions are judged by the policy, which knows the request."""
        if command.permission is None or isinstance(command, Approve | Decline | Cancel):
            return None
        service = _service(command)
        if service is None:  # lists show what the grants cover, and nothing else
            allowed = standing.allows_somewhere(command.permission)
        else:
            allowed = standing.allows(command.permission, service)
        return None if allowed else Refused(refusal(standing, command.permission, service))

    def _request_of(self, place: Place) -> int | None:
        if place.thread is None:
            return None
        request = self.world.requests.of_card(MessageRef(place.channel, place.thread))
        return request.id if request is not None else None


def _service(command: Command) -> ServiceRef | None:
    match command:
        case ShowService() | ListPackages() | ShowSummary() | CreatePackage() | RequestPublish() | ListRequests():
            return command.service
        case _:
            return None
