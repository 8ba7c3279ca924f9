"""From a command to its result: is it allowed, which action does it, and what is kept of the try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never, get_args

from opsbot.actions.auditing import draw_history, show_audit, show_history
from opsbot.actions.comparing import compare_versions
from opsbot.actions.deciding import decide
from opsbot.actions.delivered import list_deliveries
from opsbot.actions.designing import add_endpoint, create_service, remove_endpoint
from opsbot.actions.explaining import explain
from opsbot.actions.fetching import download_package, show_settings
from opsbot.actions.homes import show_home
from opsbot.actions.introducing import show_access, show_help
from opsbot.actions.packaging import create_package, delete_package
from opsbot.actions.pausing import pause, resume
from opsbot.actions.reading import list_packages, show_service, show_summary
from opsbot.actions.requesting import list_requests, request_publish
from opsbot.actions.searching import list_models, list_nodes, list_services, no_such_project
from opsbot.actions.settling import review, settle_by_hand
from opsbot.actions.status import show_status
from opsbot.actions.threads import open_requests, request_in, subject_in
from opsbot.actions.trying import failed, project_of, refused, service_of
from opsbot.actions.watching import list_watches, try_watches, unwatch, watch_services
from opsbot.domain import commands
from opsbot.domain.authorization import refusal
from opsbot.domain.policy import may_see
from opsbot.domain.results import Refused
from opsbot.domain.seals import is_of
from opsbot.domain.terminal import objection_at_the_door, unheard
from opsbot.errors import DSSRefusedError, NotFoundError, OpsbotError, StoreError

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.audit import Entry
    from opsbot.domain.authorization import Membership, Permission, Standing
    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker, Place
    from opsbot.domain.results import Result, VerbHelp

_CHANGES = get_args(commands.Change)
_ON_REQUEST = get_args(commands.OnRequest)


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """The one door to the actions, whatever surface a command came from."""

    world: World

    def defaults(self, asker: Asker) -> commands.Defaults:
        """Tell what is meant where somebody asks: the channel's node and project, the thread's request or version.

        Of the requests for a version, those that the asker may see.
        """
        place = asker.place
        rules = self.world.rules.channel(place.channel)
        request = request_in(place, self.world)
        subject = subject_in(place, request, self.world)
        there = (request.id,) if request is not None else self._open_requests(subject, asker)
        return commands.Defaults(
            self.world.rules.default_node(place.channel),
            rules.project,
            there[0] if len(there) == 1 else None,
            subject,
            there if request is None else (),
        )

    def _open_requests(self, subject: commands.Subject | None, asker: Asker) -> tuple[int, ...]:
        found = open_requests(subject, self.world)
        standing = self._standing_to_decide(asker) if found else None
        return tuple(each.id for each in found if standing is not None and may_see(each, asker.person, standing))

    def standing_to_choose(self, asker: Asker) -> Standing:
        """Tell what holds for the asker; where they haven't said in which channel, what holds in any.

        By it people choose and draft; what they may do is decided where they do it.
        """
        return self._to_choose(asker, self.world.directory.membership(asker.person))

    def offered(self, asker: Asker) -> Standing:
        """Tell what held a short while ago, without waiting for Slack: by it people choose, and nothing is decided."""
        return self._to_choose(asker, self.world.directory.known_membership(asker.person))

    def usable(self, asker: Asker) -> tuple[VerbHelp, ...]:
        """Describe the verbs to offer the asker where they are: what they may do on something or other."""
        here = self.world.rules.channel(asker.place.channel)
        return show_help(commands.ShowHelp(), self.offered(asker), self.world.manual, here).verbs

    def do(self, command: Command, asker: Asker) -> Result:
        """Do what is asked if the asker may; raises OpsbotError where it can't be done.

        What changes something leaves a record in the audit, and so does every refusal. What the configuration decides
        stays the same from the first question to the last.
        """
        return Dispatcher(self.world.under_one_rule()).do_by_these_rules(command, asker)

    def do_by_these_rules(self, command: Command, asker: Asker) -> Result:
        """Do it in a world whose rules nobody changes meanwhile."""
        try:
            result = self._try(command, asker)
        except StoreError:
            raise  # where nothing can be kept, a record of it can't be, either
        except OpsbotError as error:
            self._keep(failed(command, asker, error, self.world))
            raise
        if isinstance(result, Refused):
            self._keep(refused(command, asker, result, self.world))
        return result

    def may(self, command: Command, asker: Asker) -> bool:
        """Tell whether channel and grants allow the command, before it is begun; `do` asks again."""
        return (
            self._not_here(command.verb, command.permission, asker.place) is None
            and self._forbidden(command, self._standing_to_decide(asker)) is None
        )

    def forbids(self, verb: str, asker: Asker, standing: Standing | None = None) -> Refused | None:
        """Say why the asker may not use a verb here, on whatever it may be; None where they may on something.

        What is done to a request is judged by its policy, once it is known which. `standing` is what holds for them, as far
        as it is known already.
        """
        needed = next((each.permission for each in self.world.manual() if each.verb == verb), None)
        not_here = self._not_here(verb, needed, asker.place)
        if not_here is not None or needed is None or verb in {each.verb for each in _ON_REQUEST}:
            return not_here
        standing = standing if standing is not None else self._standing_to_decide(asker)
        if standing.allows_somewhere(needed):
            return None
        return Refused(refusal(standing, needed, None), self.world.rules.access.administrators(None))

    def barred(self, asker: Asker) -> str:
        """Say why nothing at all is done for the asker, whatever they ask; nothing where it is."""
        return self._standing_to_decide(asker).barred

    def is_meant(self, command: commands.Decide) -> bool:
        """Tell whether the request that has the number now is the one that the button was made for, if it was one's."""
        try:
            request = self.world.requests.get(command.request)
        except OpsbotError:
            return False
        return command.button is None or is_of(command.button, request)

    def _try(self, command: Command, asker: Asker) -> Result:
        objected = objection_at_the_door(command, asker, self.world.rules.terminal)
        if objected is not None:
            return Refused(objected)
        not_here = self._not_here(command.verb, command.permission, asker.place)
        if not_here is not None:
            return not_here
        standing = self._standing_to_decide(asker)
        forbidden = self._forbidden(command, standing)
        if forbidden is not None:
            return forbidden
        try:
            return self._act(command, asker, standing)
        except NotFoundError:
            if standing.grants or standing.problem or not isinstance(command, _ON_REQUEST):
                raise
            said = "No grant holds for you here, so there is no request that you may see."
            return Refused(said, self.world.rules.access.administrators(None))
        except DSSRefusedError as error:  # so a node answers about a project that isn't there, too
            project = project_of(command)
            missing = no_such_project(project, standing, self.world.survey) if project is not None else None
            raise missing or error from error

    def _standing_to_decide(self, asker: Asker) -> Standing:
        return self.world.rules.access.standing(asker, self.world.directory.membership(asker.person))

    def _to_choose(self, asker: Asker, membership: Membership) -> Standing:
        access = self.world.rules.access
        if not asker.place.channel:
            return access.anywhere(asker.person.id, membership)
        return access.standing(asker, membership)

    def _act(self, command: Command, asker: Asker, standing: Standing) -> Result:  # noqa: C901, PLR0911, PLR0912 - one arm per verb
        world = self.world
        match command:
            case commands.ShowHelp():
                return show_help(command, standing, world.manual, world.rules.channel(asker.place.channel))
            case commands.ShowAccess():
                return show_access(asker, standing, world.rules.access)
            case commands.ListNodes():
                return list_nodes(world.survey)
            case commands.ListServices():
                return list_services(command, asker, standing, world)
            case commands.ListModels():
                return list_models(command, standing, world.designer)
            case commands.ShowService(raw=True):
                return show_settings(command, standing, world.designer)
            case commands.ShowService():
                return show_service(command, standing, world)
            case commands.ListPackages():
                return list_packages(command, standing, world)
            case commands.ShowSummary():
                return show_summary(command, standing, world)
            case commands.Compare():
                return compare_versions(command, standing, world)
            case commands.CreatePackage():
                return create_package(command, asker, standing, world)
            case commands.CreateService():
                return create_service(command, asker, standing, world)
            case commands.AddEndpoint():
                return add_endpoint(command, asker, standing, world)
            case commands.RemoveEndpoint():
                return remove_endpoint(command, asker, standing, world)
            case commands.DeletePackage():
                return delete_package(command, asker, standing, world)
            case commands.DownloadPackage():
                return download_package(command, asker, standing, world)
            case commands.RequestPublish():
                return request_publish(command, asker, standing, world)
            case commands.Explain():
                return explain(command, asker, standing, world)
            case commands.ListRequests():
                return list_requests(command, standing, world.requests)
            case commands.Approve() | commands.Decline() | commands.Cancel():
                return decide(command, asker, standing, world)
            case commands.Settle():
                return settle_by_hand(command, asker, standing, world)
            case commands.Review():
                return review(command, asker, standing, world)
            case commands.Pause():
                return pause(command, asker, world)
            case commands.Resume():
                return resume(command, asker, world)
            case commands.ShowHistory(picture=True):
                return draw_history(command, standing, world)
            case commands.ShowHistory():
                return show_history(command, world.audit)
            case commands.ShowAudit():
                return show_audit(command, world.audit)
            case commands.ShowHome():
                return show_home(asker, standing, world)
            case commands.WatchServices():
                return watch_services(command, asker, standing, world)
            case commands.Unwatch():
                return unwatch(command, asker, standing, world)
            case commands.ListWatches():
                return list_watches(command, asker, standing, world)
            case commands.TryWatches():
                return try_watches(command, asker, standing, world)
            case commands.ListDeliveries():
                return list_deliveries(command, asker, standing, world)
            case commands.ShowStatus():
                return show_status(world)
            case _:
                assert_never(command)

    def _keep(self, entry: Entry | None) -> None:
        if entry is not None:
            self.world.audit.append(entry)

    def _not_here(self, verb: str, permission: Permission | None, place: Place) -> Refused | None:
        if self.world.rules.channel(place.channel).allows(verb, permission):
            return None
        return Refused(f"“{verb}” isn't for this channel; its settings allow other verbs only.")

    def _forbidden(self, command: Command, standing: Standing) -> Refused | None:
        """Refuse what no grant allows; what is done to a request is judged by the policy, which knows the request."""
        if standing.barred:
            return Refused(standing.barred)
        if command.permission is None or isinstance(command, _ON_REQUEST):
            return None
        if standing.in_terminal and isinstance(command, _CHANGES) and (objected := unheard(command)) is not None:
            return Refused(objected)
        service, everywhere = service_of(command), False
        if service is not None:
            allowed = standing.allows(command.permission, service)
        elif isinstance(command, commands.Pause | commands.Resume | commands.ShowAudit | commands.ShowStatus):
            allowed, everywhere = standing.allows_everywhere(command.permission), True
        else:  # lists show what the grants cover, and nothing else
            allowed = standing.allows_somewhere(command.permission)
        if allowed:
            return None
        ask = self.world.rules.access.administrators(service)
        return Refused(refusal(standing, command.permission, service, everywhere=everywhere), ask)
