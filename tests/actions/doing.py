"""What the tests of the actions do again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions import changing
from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.publishing import begin, post, run_of, settle
from opsbot.domain.commands import Approve, RequestPublish
from opsbot.domain.results import ChangeBegun, Decided, PublishRequested
from tests.builders import MAYA, OMAR, SCORING, asker

if TYPE_CHECKING:
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.commands import Command
    from opsbot.domain.models import Person, PublishRequest
    from opsbot.domain.results import Result
    from tests.fakes import Scene

PUBLISH = RequestPublish(SCORING, "v3", reason="it is due")


def do(scene: Scene, command: Command, person: Person = MAYA, *, thread: str | None = None) -> Result:
    return Dispatcher(scene.world).do(command, asker(person, thread=thread))


def asked(scene: Scene, command: RequestPublish = PUBLISH, person: Person = MAYA) -> int:
    result = do(scene, command, person)
    assert isinstance(result, PublishRequested)
    return result.request.id


def approved(scene: Scene, command: RequestPublish = PUBLISH) -> int:
    number = asked(scene, command)
    assert isinstance(do(scene, Approve(number), OMAR), Decided)
    return number


def carry_out(scene: Scene, number: int) -> PublishRequest:
    """Run the steps of a publish as the durable run does, none of them interrupted."""
    run = run_of(scene.requests.get(number))
    if begin(number, run, scene.world):
        settle(number, run, post(number, run, scene.world), scene.world)
    return scene.requests.get(number)


def make(scene: Scene, number: int) -> NodeChange:
    """Run the steps of a change of a node, none of them interrupted."""
    run = "change"
    if changing.begin(number, run, scene.world):
        changing.settle(changing.post(number, run, scene.world), scene.world)
    return scene.changes.get(number)


def made(scene: Scene, command: Command, person: Person = MAYA) -> NodeChange:
    """Have a change made from its asking to its end."""
    result = do(scene, command, person)
    assert isinstance(result, ChangeBegun), result
    return make(scene, result.change.id)
