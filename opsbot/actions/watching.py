"""The verbs about who hears of what: watch, unwatch and watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.reading import find_service
from opsbot.actions.recording import DONE
from opsbot.domain.audit import Entry
from opsbot.domain.authorization import Permission
from opsbot.domain.deliveries import Effects
from opsbot.domain.findings import WatchesListed
from opsbot.domain.globs import is_within, may_meet
from opsbot.domain.models import HOME
from opsbot.domain.references import ServiceRef
from opsbot.domain.results import Refused, Unwatched, Watched
from opsbot.domain.watching import BY_CONFIG, EVERY_TOPIC, Topic, Watch, globbed

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Unwatch, WatchServices
    from opsbot.domain.models import Asker

_DIRECT = "D"


def watch_services(command: WatchServices, asker: Asker, standing: Standing, world: World) -> Watched | Refused:
    """Have the channel, or the asker alone, hear of services; again is the same with other events.

    Who has a channel hear of them may read all of them. To one person only what they may read is told, and that is
    asked each time.
    """
    target, services = target_of(asker, personally=command.personally), globbed(command.what)
    refused = _refusal(target, services, asker, standing)
    if refused is not None:
        return refused
    if isinstance(command.what, ServiceRef):
        find_service(command.what, standing, world.designer)  # a mistyped name would never be heard of
    now = world.clock()
    topics = frozenset(map(Topic, command.events)) or EVERY_TOPIC
    watch = Watch(0, target, services, topics, asker.person, now, quiet=command.quiet, digest=command.digest)
    return Watched(world.watches.add(watch, Effects(_entry(command.verb, watch, asker))))


def unwatch(command: Unwatch, asker: Asker, standing: Standing, world: World) -> Unwatched | Refused:
    """End a watch of the channel, or of the asker; in a channel whoever may read what is watched can."""
    target, services = target_of(asker, personally=command.personally), globbed(command.what)
    there = [each for each in world.watches.of_target(target) if each.services == services]
    own = [each for each in there if each.by.id != BY_CONFIG]
    if not own:
        if there:
            return Refused(f"The watch of {services} here is in my configuration: it ends there, under [[watches]].")
        others = ", ".join(each.services for each in world.watches.of_target(target)) or "nothing"
        return Refused(f"Nobody watches {services} here; what is watched: {others}.")
    refused = _refusal(target, services, asker, standing) if target != asker.person.id else None
    if refused is not None:
        return refused
    for watch in own:
        world.watches.remove(watch, Effects(_entry(command.verb, watch, asker)))
    return Unwatched(own[0])


def list_watches(asker: Asker, standing: Standing, world: World) -> WatchesListed:
    """List what the channel hears of, as far as the asker may read it; in a direct message what the asker set."""
    target = target_of(asker, personally=False)
    if target == asker.person.id:
        return WatchesListed(world.watches.set_by(asker.person.id), personal=True)
    reach = standing.reach(Permission.READ)
    seen = (each for each in world.watches.of_target(target) if any(may_meet(each.services, glob) for glob in reach))
    return WatchesListed(tuple(seen))


def target_of(asker: Asker, *, personally: bool) -> str:
    """Name who hears of it: a channel, but for a direct message, a Home and a terminal that names no channel."""
    channel = asker.place.channel
    is_direct = not channel or channel == HOME.channel or channel.startswith(_DIRECT)
    return asker.person.id if personally or is_direct else channel


def _refusal(target: str, services: str, asker: Asker, standing: Standing) -> Refused | None:
    reach = standing.reach(Permission.READ)
    if target == asker.person.id:
        may = any(may_meet(services, glob) for glob in reach)
        said = f"You may read nothing of {services}."
    else:
        may = is_within(services, reach)
        said = (
            f"You may not read all of {services}, and all in this channel would. “--me” tells you alone what you may."
        )
    return None if may else Refused(f"{said} {standing.problem}".strip())


def _entry(what: str, watch: Watch, asker: Asker) -> Entry:
    detail = {"services": watch.services, "events": sorted(watch.topics), "target": watch.target}
    return Entry(watch.at, asker.person, what, DONE, asker.place, detail=detail)
