"""What the tests of the actions do again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.packaging import begin_packaging, post_packaging, settle_packaging
from opsbot.actions.publishing import begin, post, run_of, settle
from opsbot.domain.commands import Approve, RequestPublish
from opsbot.domain.results import Decided, PublishRequested
from tests.builders import MAYA, OMAR, SCORING, asker

if TYPE_CHECKING:
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


def make(scene: Scene, number: int) -> None:
    """Run the steps of a packaging."""
    run = f"package-{number}"
    if begin_packaging(number, run, scene.world):
        settle_packaging(post_packaging(number, run, scene.world), scene.world)
