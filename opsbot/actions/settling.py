"""The verbs by which a person says what the bot can't know: settle and review."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.deciders import whom_to_ask
from opsbot.actions.publishing import let_others_go, settled
from opsbot.actions.recording import changed
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Decision
from opsbot.domain.policy import objection, policy_of
from opsbot.domain.results import Refused, Reviewed, Settled
from opsbot.domain.verdict import Ending

if TYPE_CHECKING:
    from opsbot.actions.stores import Changed, Surroundings
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Review, Settle
    from opsbot.domain.models import Asker, PublishRequest


def settle_by_hand(command: Settle, asker: Asker, standing: Standing, world: World) -> Settled | Refused:
    """Settle a publish of unknown outcome, on somebody's word."""
    now = world.clock()
    state = State.PUBLISHED if command.published else State.FAILED
    said = Ending(state, f"So says {asker.person.name}: {command.reason}")

    def step(request: PublishRequest, around: Surroundings) -> Changed | str:
        policy = policy_of(request, around.policies)
        objected = objection(command, request, asker.person, standing, policy)
        return objected if objected is not None else settled(request, asker, said, now)

    done = world.requests.change(command.request, step)
    if isinstance(done, str):
        return Refused(done, whom_to_ask(command, asker.person, standing, world))
    let_others_go(done, world)
    return Settled(done)


def review(command: Review, asker: Asker, standing: Standing, world: World) -> Reviewed | Refused:
    """Keep that another person looked at a break-glass publish; the next may happen then."""
    now = world.clock()

    def step(request: PublishRequest, around: Surroundings) -> Changed | str:
        objected = objection(command, request, asker.person, standing, policy_of(request, around.policies))
        if objected is not None:
            return objected
        reviewed = replace(request, review=Decision(asker.person, now, command.comment), remind_at=None)
        return changed(reviewed, asker, command.verb, now, Kind.REPAINT, Kind.REVIEW, comment=command.comment)

    done = world.requests.change(command.request, step)
    if isinstance(done, str):
        return Refused(done, whom_to_ask(command, asker.person, standing, world))
    return Reviewed(done)
