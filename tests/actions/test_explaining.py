"""What a publish needs: said before anybody asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.publishing import begin, run_of
from opsbot.domain.commands import Approve, Explain, RequestPublish
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Endpoint
from opsbot.domain.references import ServiceRef
from opsbot.domain.results import Decided, Explained
from opsbot.errors import DSSUnavailableError
from tests.actions.doing import asked, carry_out, do
from tests.builders import MAYA, OMAR, SCORING, VIC, asker, grant, package, rules, service
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
    assert objection.startswith("If somebody else asks for it, you can't approve it. You may not do that")
    assert explained(scene, person=OMAR).objections == ()
    assert [(holders.role, holders.people) for holders in explained(scene).holders] == [
        ("approver", ("U02OMAR", "U03ADA"))
    ]


HIDDEN = ServiceRef("design", "SECRET", "payroll")


def hiding() -> Scene:
    """A scene with a service of which the viewer may know nothing, and of which a version is asked for."""
    ours = ("design:FRAUD/*",)
    seeing = (grant("publisher", VIC, services=ours), grant("publisher", MAYA), grant("approver", OMAR))
    scene = Scene(rules(*seeing))
    scene.designer.known[HIDDEN] = service(HIDDEN, endpoints=(Endpoint("salary_of", "STD_PREDICTION"),))
    scene.designer.made[HIDDEN] = [package("v3")]
    asked(scene, RequestPublish(HIDDEN, "v3", reason="nobody else's business"))
    return scene


def test_who_asks_about_anothers_published_service_hears_nothing_of_who_publishes_there() -> None:
    scene = hiding()
    question = Explain(SCORING, "v3", "payroll")
    told = do(scene, question, VIC)
    assert isinstance(told, Explained)
    assert told.request is None
    assert isinstance(do(scene, Approve(1), OMAR), Decided)
    assert begin(1, run_of(scene.requests.get(1)), scene.world)
    held = do(scene, question, VIC)
    assert isinstance(held, Explained)
    assert held.obstacles == ("Request 1 of another service goes to payroll; one goes at a time.",)
    assert "SECRET" not in repr((told, held))


def test_a_card_shows_nothing_of_another_service_that_whoever_asks_may_not_read() -> None:
    scene = hiding()
    assert isinstance(do(scene, Approve(1), OMAR), Decided)
    assert carry_out(scene, 1).state is State.PUBLISHED
    scene.designer.made[SCORING].append(package("v4"))
    other = RequestPublish(SCORING, "v4", published_service="payroll", reason="curious")
    assert "salary_of" not in repr(scene.requests.get(asked(scene, other, VIC)).wish.difference)
    scene.designer.made[SCORING].append(package("v5"))
    known = scene.requests.get(asked(scene, replace(other, version="v5"), MAYA)).wish.difference
    assert known is not None
    assert known.removed == ("salary_of (STD_PREDICTION)",)
