"""The verbs about who hears of what: watch, unwatch and watches, with its tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.reading import find_service
from opsbot.actions.recording import DONE
from opsbot.actions.searching import no_such_project
from opsbot.domain.audit import Entry
from opsbot.domain.authorization import Permission
from opsbot.domain.commands import Unwatch
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.findings import WatchesListed
from opsbot.domain.globs import is_within, may_meet
from opsbot.domain.models import HOME
from opsbot.domain.references import ProjectRef, ServiceRef
from opsbot.domain.results import Refused, Unwatched, Watched, WatchesTested
from opsbot.domain.seals import seal_of_watch
from opsbot.domain.watching import BY_CONFIG, EVERY_TOPIC, Topic, Watch, globbed, is_direct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ListWatches, TryWatches, WatchServices
    from opsbot.domain.models import Asker
    from opsbot.domain.references import Watchable

_MOST_TESTED = 10
_STALE = (
    "That button is of a watch that is over, was set anew, or that I don't know any more. Nothing was changed: "
    "your Home shows what is watched now, and so does “watches”."
)
_UNSEALED = "That button is of an earlier version of me. Nothing was changed: your Home has a new one."


def watch_services(command: WatchServices, asker: Asker, standing: Standing, world: World) -> Watched | Refused:
    """Have the channel, or the asker alone, hear of services; again is the same with other events.

    Who has a channel hear of them may read all of them. To one person only what they may read is told, and that is
    asked each time.
    """
    target, services = target_of(asker, personally=command.personally), globbed(command.what)
    refused = _refusal(target, services, asker, standing, world)
    if refused is not None:
        return refused
    _refuse_mistyped(command.what, standing, world)
    now = world.clock()
    topics = frozenset(map(Topic, command.events)) or EVERY_TOPIC
    watch = Watch(0, target, services, topics, asker.person, now, quiet=command.quiet, digest=command.digest)
    return Watched(world.watches.add(watch, Effects(_entry(command.verb, watch, asker, now))))


def unwatch(command: Unwatch, asker: Asker, standing: Standing, world: World) -> Unwatched | Refused:
    """End a watch of the channel, or of the asker; in a channel whoever may read what is watched can."""
    if isinstance(command.what, int):
        objected = _objection_to_button(command.what, command.seal, world)
        return objected or _unwatch_by_number(command.what, asker, standing, world)
    target, services = target_of(asker, personally=command.personally), globbed(command.what)
    there = [each for each in world.watches.of_target(target) if each.services == services]
    own = [each for each in there if each.by.id != BY_CONFIG]
    if not own:
        if there:
            return _in_configuration(services)
        others = ", ".join(each.services for each in _heard(target, asker, standing, world))
        rest = f"what is watched: {others}" if others else "nothing is watched here"
        return Refused(f"There is no watch of {services} here; {rest}.")
    refused = _refusal(target, services, asker, standing, world) if target != asker.person.id else None
    if refused is not None:
        return refused
    for watch in own:
        world.watches.remove(watch, Effects(_entry(command.verb, watch, asker, world.clock())))
    return Unwatched(own[0])


def list_watches(command: ListWatches, asker: Asker, standing: Standing, world: World) -> WatchesListed | Refused:
    """List what the channel hears of, as far as the asker may read it; in a direct message what the asker set."""
    found = _seen(command.number, asker, standing, world)
    if command.number is not None and not found:
        return _no_such_watch(command.number)
    return WatchesListed(found, personal=target_of(asker, personally=False) == asker.person.id)


def try_watches(command: TryWatches, asker: Asker, standing: Standing, world: World) -> WatchesTested | Refused:
    """Send a test by the watch of that number, else one to each who hears by what the asker would see listed.

    It goes the way that news goes, but is none: nothing holds it back, and no story begins.
    """
    found = _seen(command.number, asker, standing, world)
    if command.number is not None and not found:
        return _no_such_watch(command.number)
    by_target: dict[str, Watch] = {}
    for watch in sorted(found, key=lambda each: bool(each.stopped)):
        by_target.setdefault(watch.target, watch)
    if not by_target:
        return Refused("Nothing is watched here, so that there is nothing to test. “watch SERVICE” begins a watch.")
    if len(by_target) > _MOST_TESTED:
        return Refused(
            f"These are watches for {len(by_target)} channels and people. Test one: “watches --test NUMBER”."
        )
    tested = tuple(by_target.values())
    now = world.clock()
    world.watches.test(
        Effects(
            _entry("watch test", watch, asker, now),
            (Message(Kind.WATCH_TEST, watch.target, text=asker.person.id, watch=watch.id),),
        )
        for watch in tested
    )
    return WatchesTested(tested)


def _objection_to_button(number: int, seal: str | None, world: World) -> Refused | None:
    """Say that the button was made for another watch than that which has the number, where it was made for one."""
    if seal is None:
        return None
    watch = world.watches.get(number)
    is_meant = watch is not None and seal == seal_of_watch(watch)
    return None if is_meant else Refused(_STALE if seal else _UNSEALED)


def _unwatch_by_number(number: int, asker: Asker, standing: Standing, world: World) -> Unwatched | Refused:
    """End a watch that the asker sees here, or one that they set, wherever they are."""
    watch, target = world.watches.get(number), target_of(asker, personally=False)
    if watch is None:
        return _no_such_watch(number)
    is_own = asker.person.id in {watch.target, watch.by.id}
    if not is_own and not (watch.target == target and _may_see(watch, standing)):
        return _no_such_watch(number)
    if watch.by.id == BY_CONFIG:
        return _in_configuration(watch.services)
    if not is_own:
        refused = _refusal(target, watch.services, asker, standing, world)
        if refused is not None:
            return refused
    if not world.watches.remove(watch, Effects(_entry(Unwatch.verb, watch, asker, world.clock()))):
        return _no_such_watch(number)
    return Unwatched(watch)


def _seen(number: int | None, asker: Asker, standing: Standing, world: World) -> tuple[Watch, ...]:
    """Find what the channel hears of, as far as the asker may read it; in a direct message what the asker set.

    With a number, only the one that has it.
    """
    target, mine = target_of(asker, personally=False), asker.person.id
    found = world.watches.set_by(mine) if target == mine else _heard(target, asker, standing, world)
    return found if number is None else tuple(each for each in found if each.id == number)


def _heard(target: str, asker: Asker, standing: Standing, world: World) -> tuple[Watch, ...]:
    """Find what a target hears of: of a channel as far as the asker may read it, of the asker's own all."""
    there = world.watches.of_target(target)
    if target == asker.person.id:
        return there
    return tuple(each for each in there if _may_see(each, standing))


def _may_see(watch: Watch, standing: Standing) -> bool:
    """Tell whether the asker may read anything of what is watched."""
    return _meets(watch.services, standing.reach(Permission.READ))


def _meets(services: str, reach: Iterable[str]) -> bool:
    return any(may_meet(services, glob) for glob in reach)


def _no_such_watch(number: int) -> Refused:
    return Refused(f"There is no watch {number} here; “watches” lists those there are.")


def _in_configuration(services: str) -> Refused:
    return Refused(f"The watch of {services} here is in my configuration: it ends there, under [[watches]].")


def target_of(asker: Asker, *, personally: bool) -> str:
    """Name who hears of it: a channel, but for a direct message, a Home and a terminal that names no channel."""
    channel = asker.place.channel
    is_alone = not channel or channel == HOME.channel or is_direct(channel)
    return asker.person.id if personally or is_alone else channel


def _refuse_mistyped(what: Watchable, standing: Standing, world: World) -> None:
    """Refuse what isn't there: nothing would ever be heard of it. A node that doesn't answer keeps nobody from watching."""
    if isinstance(what, ServiceRef):
        find_service(what, standing, world.designer)
    elif isinstance(what, ProjectRef):
        missing = no_such_project(what, standing, world.survey)
        if missing is not None:
            raise missing


def _refusal(target: str, services: str, asker: Asker, standing: Standing, world: World) -> Refused | None:
    reach = standing.reach(Permission.READ)
    if target == asker.person.id:
        may = _meets(services, reach)
        said = f"You may read nothing of {services}."
    else:
        may = is_within(services, reach)
        said = (
            f"You may not read all of {services}, and all in this channel would. “--me” tells you alone what you may."
        )
    if may:
        return None
    return Refused(f"{said} {standing.problem}".strip(), world.rules.access.administrators(None))


def _entry(what: str, watch: Watch, asker: Asker, at: datetime) -> Entry:
    detail = {
        "services": watch.services,
        "events": sorted(watch.topics),
        "target": watch.target,
        "set_by": watch.by.id,
    }
    return Entry(at, asker.person, what, DONE, asker.place, detail=detail)
