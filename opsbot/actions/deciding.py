"""The verbs that end the waiting of a publish request: approve, decline, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.commands import Approve
from opsbot.domain.models import Decision
from opsbot.domain.policy import already_decided, objection, target_state
from opsbot.domain.results import Decided, Refused

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Decide
    from opsbot.domain.models import Asker


def decide(command: Decide, asker: Asker, standing: Standing, world: World) -> Decided | Refused:
    """Decide about a request; whoever is second is told who was first.

    One conditional write in the store makes the winner, so that any number of clicks at once decides once.
    """
    request = world.requests.get(command.request)
    reason = objection(command, request, asker.person, standing)
    if reason is not None:
        return Refused(reason)
    decision = Decision(asker.person, world.clock(), command.comment)
    decided = world.requests.decide(request.id, request.state, target_state(command), decision)
    if decided is None:
        return Refused(already_decided(world.requests.get(request.id), asker.person))
    world.announcer.repaint(decided)
    if isinstance(command, Approve):
        world.start_publish(decided.id)
    else:
        world.announcer.tell_outcome(decided)
    return Decided(decided)
