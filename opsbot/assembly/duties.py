"""The actions as the durable work calls them: plain values in, JSON out, and each in its turn."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from opsbot.actions.packaging import begin_packaging, post_packaging, settle_packaging
from opsbot.actions.publishing import begin, give_up, post, settle
from opsbot.actions.sweeping import sweep
from opsbot.domain.lifecycle import PackagingState, State
from opsbot.domain.models import Package
from opsbot.domain.verdict import Ending
from opsbot.durable import Duties, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.delivering import Mouth
    from opsbot.actions.world import World
    from opsbot.domain.models import Packaging
    from opsbot.slack import Turns

P = ParamSpec("P")
T = TypeVar("T")
JSON = dict[str, Any]

_log = logging.getLogger(__name__)


def duties_of(world: Callable[[], World], mouth: Callable[[], Mouth], turns: Turns) -> Duties:
    """Make the duties; the world is asked for when one is done, since it holds the durable work itself."""
    publishing, packaging = _Publishing(world), _Packaging(world)
    return Duties(
        publishing=Run(
            begin=_in_turn(publishing.begin, turns),
            post=_in_turn(publishing.post, turns),
            settle=_in_turn(publishing.settle, turns),
            give_up=_in_turn(publishing.give_up, turns),
        ),
        packaging=Run(
            begin=_in_turn(packaging.begin, turns),
            post=_in_turn(packaging.post, turns),
            settle=_in_turn(packaging.settle, turns),
            give_up=_in_turn(packaging.give_up, turns),
        ),
        deliver_next=_in_turn(lambda channel: mouth().say_next(channel), turns),
        sweep=_in_turn(lambda: sweep(world()), turns),
    )


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
class _Packaging:
    world: Callable[[], World]

    def begin(self, packaging: int, run: str) -> bool:
        return begin_packaging(packaging, run, self.world())

    def post(self, packaging: int, run: str) -> JSON:
        ended = post_packaging(packaging, run, self.world())
        package = ended.package
        return {
            "state": ended.state.value,
            "outcome": ended.outcome,
            "seconds": ended.seconds,
            "created_on": package.created_on.isoformat() if package is not None and package.created_on else None,
            "created_by": package.created_by if package is not None else None,
        }

    def settle(self, packaging: int, _: str, reply: JSON) -> None:
        settle_packaging(_ended(self.world().packagings.get(packaging), reply), self.world())

    def give_up(self, packaging: int, run: str, why: str) -> None:
        world = self.world()
        said = f"Something went wrong on my side, incident {_incident(run, why)}."
        settle_packaging(replace(world.packagings.get(packaging), state=PackagingState.UNKNOWN, outcome=said), world)


def _ended(packaging: Packaging, reply: JSON) -> Packaging:
    state = PackagingState(reply["state"])
    package = None
    if state is PackagingState.MADE:
        created_on = datetime.fromisoformat(reply["created_on"]) if reply["created_on"] is not None else None
        package = Package(packaging.version, created_on, reply["created_by"], packaging.release_notes)
    return replace(packaging, state=state, outcome=reply["outcome"], seconds=reply["seconds"], package=package)


def _incident(run: str, why: str) -> str:
    """Log a fault of ours under a number that people can quote."""
    number = secrets.token_hex(3).upper()
    _log.error("incident %s: %s gave up: %s", number, run, why)
    return number


def _in_turn(duty: Callable[P, T], turns: Turns) -> Callable[P, T]:
    """Have the turn while computing, as the workers do; every wait gives it up."""

    def taking(*args: P.args, **kwargs: P.kwargs) -> T:
        with turns.taken():
            return duty(*args, **kwargs)

    return taking
