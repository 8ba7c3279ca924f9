"""The verbs that stop all publishing at once, and let it go on: pause and resume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.recording import DONE
from opsbot.domain.audit import Entry
from opsbot.domain.authorization import covers
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import Decision
from opsbot.domain.results import Paused, Refused, Resumed

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.commands import Pause, Resume
    from opsbot.domain.models import Asker, PublishRequest
    from opsbot.domain.references import ServiceRef

EVERYTHING = "*"


def pause(command: Pause, asker: Asker, world: World) -> Paused:
    """Let nothing be published of the service, or of any, from now on; every open card shows it."""
    services = _glob(command.service)
    decision = Decision(asker.person, world.clock(), command.reason)
    waiting = _open_requests(services, world)
    kept = world.pauses.add(services, decision, _effects(command, asker, decision, waiting))
    return Paused(kept, len(waiting))


def resume(command: Resume, asker: Asker, world: World) -> Resumed | Refused:
    """End the pauses of the service, or those of everything, and let go what waited for it."""
    services = _glob(command.service)
    decision = Decision(asker.person, world.clock())
    waiting = _open_requests(services, world)
    lifted = world.pauses.lift(services, decision, _effects(command, asker, decision, waiting))
    if not lifted:
        others = ", ".join(sorted({each.services for each in world.pauses.active()}))
        rest = f"what is paused: {others}" if others else "nothing is paused"
        return Refused(f"There is no pause of {command.service or 'everything'}; {rest}.")
    for request in waiting:
        if request.state is State.APPROVED:
            world.durable.publish(request.id, request.attempt)
    return Resumed(lifted)


def _glob(service: ServiceRef | None) -> str:
    return str(service) if service is not None else EVERYTHING


def _open_requests(services: str, world: World) -> list[PublishRequest]:
    return [request for request in world.requests.in_states(OPEN) if covers((services,), request.service)]


def _effects(command: Pause | Resume, asker: Asker, decision: Decision, waiting: list[PublishRequest]) -> Effects:
    entry = Entry(
        decision.at,
        asker.person,
        command.verb,
        DONE,
        asker.place,
        command.service,
        detail={"reason": decision.comment},
    )
    cards = (Message(Kind.REPAINT, request.wish.card_channel, request.id) for request in waiting)
    return Effects(entry, tuple(cards))
