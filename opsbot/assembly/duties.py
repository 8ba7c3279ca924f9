"""The actions as the durable work calls them: plain values in, JSON out, and each in its turn."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from opsbot.actions import changing
from opsbot.actions.publishing import begin, give_up, post, settle
from opsbot.actions.sweeping import sweep
from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import CreatePackage
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Package
from opsbot.domain.tracing import new_trace, traced
from opsbot.domain.verdict import Ending
from opsbot.durable import Duties, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.delivering import Mouth
    from opsbot.actions.world import World
    from opsbot.assembly.measuring import Measuring
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.retention import Retention
    from opsbot.slack import Turns

P = ParamSpec("P")
T = TypeVar("T")
JSON = dict[str, Any]

_log = logging.getLogger(__name__)


def duties_of(
    world: Callable[[], World],
    mouth: Callable[[], Mouth],
    prune: Callable[[Retention, datetime], int],
    turns: Turns,
    measuring: Measuring,
) -> Duties:
    """Make the duties; the world is asked for when one is done, since it holds the durable work itself."""
    publishing, changes = _Publishing(world), _Changing(world)

    def step(name: str, duty: Callable[P, T]) -> Callable[P, T]:
        return _measured(name, _in_turn(duty, turns), measuring)

    return Duties(
        publishing=Run(
            begin=step("publish begin", publishing.begin),
            post=step("publish post", publishing.post),
            settle=step("publish settle", publishing.settle),
            give_up=step("publish give_up", publishing.give_up),
        ),
        changing=Run(
            begin=step("change begin", changes.begin),
            post=step("change post", changes.post),
            settle=step("change settle", changes.settle),
            give_up=step("change give_up", changes.give_up),
        ),
        deliver_next=_in_turn(lambda channel: mouth().say_next(channel), turns),
        sweep=_under_a_trace(_in_turn(lambda: sweep(world()), turns)),
        prune=_under_a_trace(_in_turn(lambda: _prune(world(), prune), turns)),
        rescued=measuring.metrics.rescued,
    )


def _prune(world: World, prune: Callable[[Retention, datetime], int]) -> None:
    gone = prune(world.rules.retention, world.clock())
    if gone:
        _log.info("%d rows of what was told or done long ago are deleted", gone)


@dataclass(frozen=True, slots=True)
class _Publishing:
    world: Callable[[], World]

    def begin(self, request: int, run: str) -> bool:
        return begin(request, run, self.world())

    def post(self, request: int, run: str) -> JSON:
        ended = post(request, run, self.world())
        return {"state": ended.state.value, "outcome": ended.outcome}

    def settle(self, request: int, run: str, reply: JSON) -> None:
        settle(request, run, Ending(State(reply["state"]), reply["outcome"]), self.world())

    def give_up(self, request: int, run: str, why: str) -> None:
        give_up(request, run, _incident(run, why), self.world())


@dataclass(frozen=True, slots=True)
class _Changing:
    world: Callable[[], World]

    def begin(self, change: int, run: str) -> bool:
        return changing.begin(change, run, self.world())

    def post(self, change: int, run: str) -> JSON:
        ended = changing.post(change, run, self.world())
        package = ended.package
        return {
            "state": ended.state.value,
            "outcome": ended.outcome,
            "seconds": ended.seconds,
            "made": package is not None,
            "created_on": package.created_on.isoformat() if package is not None and package.created_on else None,
            "created_by": package.created_by if package is not None else None,
        }

    def settle(self, change: int, _: str, reply: JSON) -> None:
        changing.settle(_ended(self.world().changes.get(change), reply), self.world())

    def give_up(self, change: int, run: str, why: str) -> None:
        changing.give_up(change, _incident(run, why), self.world())


def _ended(change: NodeChange, reply: JSON) -> NodeChange:
    package = None
    if reply["made"] and isinstance(change.wanted, CreatePackage):
        created_on = datetime.fromisoformat(reply["created_on"]) if reply["created_on"] is not None else None
        package = Package(change.wanted.version, created_on, reply["created_by"], change.wanted.release_notes)
    state = ChangeState(reply["state"])
    return replace(change, state=state, outcome=reply["outcome"], seconds=reply["seconds"], package=package)


def _incident(run: str, why: str) -> str:
    """Log a fault of ours under a number that people can quote."""
    number = secrets.token_hex(3).upper()
    _log.error("incident %s: %s gave up: %s", number, run, why, extra={"incident": number})
    return number


def _in_turn(duty: Callable[P, T], turns: Turns) -> Callable[P, T]:
    """Have the turn while computing, as the workers do; every wait gives it up."""

    def taking(*args: P.args, **kwargs: P.kwargs) -> T:
        with turns.taken():
            return duty(*args, **kwargs)

    return taking


def _measured(name: str, duty: Callable[P, T], measuring: Measuring) -> Callable[P, T]:
    """Have a span for each step; the calls that it makes belong there."""

    def step(*args: P.args, **kwargs: P.kwargs) -> T:
        with measuring.spans.going_on(name):
            return duty(*args, **kwargs)

    return step


def _under_a_trace(duty: Callable[[], None]) -> Callable[[], None]:
    """Have an id for what no person set off."""

    def do() -> None:
        with traced(trace=new_trace()):
            duty()

    return do
