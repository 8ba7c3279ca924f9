"""Requests that are asked for and go on, whichever store keeps them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.recording import effects
from opsbot.actions.stores import Changed, Requests, Step, Surroundings
from opsbot.domain.deliveries import Effects, Kind
from opsbot.domain.models import PublishRequest
from tests.builders import NOON, asker

if TYPE_CHECKING:
    from opsbot.actions.stores import Pauses, Rulebook
    from opsbot.domain.lifecycle import State
    from opsbot.domain.models import Wish


class Kept:
    """Requests, and what stands around them, of one kind."""

    def __init__(self, requests: Requests, pauses: Pauses, rulebook: Rulebook) -> None:
        self.requests, self.pauses, self.rulebook = requests, pauses, rulebook

    def open(self, wanted: Wish) -> tuple[PublishRequest, bool]:
        return self.requests.open(wanted, lambda opened: told(opened, "publish"))

    def move(self, request: PublishRequest, *path: State) -> PublishRequest:
        for state in path:
            moved = self.requests.change(request.id, to(state))
            assert isinstance(moved, PublishRequest)
            request = moved
        return request


def told(request: PublishRequest, what: str) -> Effects:
    return effects(request, asker(), what, NOON, Kind.REPAINT)


def to(state: State, **more: object) -> Step:
    def step(request: PublishRequest, _: Surroundings) -> Changed | str:
        moved = replace(request, state=state, **more)  # type: ignore[arg-type]  # mypy can't follow the keywords
        return Changed(moved, told(moved, state.value))

    return step
