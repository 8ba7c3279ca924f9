"""What a publish needs: said before anybody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.dispatcher import Dispatcher
from opsbot.domain.commands import Explain
from opsbot.domain.results import Explained
from opsbot.errors import DSSUnavailableError
from tests.builders import MAYA, OMAR, SCORING, asker
from tests.fakes import Scene

if TYPE_CHECKING:
    from opsbot.domain.models import Person


def explained(scene: Scene, version: str | None = "v3", person: Person = MAYA) -> Explained:
    result = Dispatcher(scene.world).do(Explain(SCORING, version), asker(person))
    assert isinstance(result, Explained)
    return result


def test_a_version_that_is_published_already_is_an_obstacle() -> None:
    scene = Scene()
    assert explained(scene).obstacles == ()
    scene.designer.published["scoring"] = {"v3"}
    assert explained(scene).obstacles == ("v3 is on the published service “scoring” already.",)
    assert explained(scene, None).obstacles == ()


def test_a_deployer_that_does_not_answer_keeps_nobody_from_reading_the_rest() -> None:
    scene = Scene()
    scene.designer.fails["published_versions"] = DSSUnavailableError("no answer")
    assert explained(scene).obstacles == ()


def test_who_may_ask_but_not_approve_is_told_just_that() -> None:
    scene = Scene()
    (objection,) = explained(scene).objections
    assert objection.startswith("If somebody else asks for it, you can't approve it: You may not do that")
    assert explained(scene, person=OMAR).objections == ()
    assert [(holders.role, holders.people) for holders in explained(scene).holders] == [
        ("approver", ("U02OMAR", "U03ADA"))
    ]
