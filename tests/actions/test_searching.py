from __future__ import annotations

from dataclasses import replace

import pytest

from opsbot.actions.dispatcher import Dispatcher
from opsbot.domain.commands import Command, Compare, ListModels, ListNodes, ListServices
from opsbot.domain.difference import EndpointSetup, ServiceSetup, Snapshot
from opsbot.domain.models import Endpoint, MessageRef, NodeState, Person, SavedModel
from opsbot.domain.references import ModelRef, NodeRef, ProjectRef, ServiceRef
from opsbot.domain.results import Compared, ModelsListed, NodesListed, Refused, Result, ServicesListed
from opsbot.errors import DSSUnavailableError, NotFoundError
from tests.builders import MAYA, NOON, SCORING, VIC, asker, grant, package, rules, service
from tests.fake_nodes import FakeDesigner
from tests.fakes import Scene

RULES_SERVICE = ServiceRef("design", "FRAUD", "rules")
CHURN = ServiceRef("design", "CHURN", "churn")
EVERYWHERE = NodeRef("design")


def do(command: Command, scene: Scene, person: Person = VIC) -> Result:
    return Dispatcher(scene.world).do(command, asker(person))


def scene(*grants: str) -> Scene:
    services = (service(SCORING), service(RULES_SERVICE, "PUBLIC"), service(CHURN, "PUBLIC"))
    allowed = rules(grant("viewer", VIC, services=grants or ("*",)))
    return Scene(allowed, FakeDesigner(known={each.ref: each for each in services}))


def found(result: Result) -> list[ServiceRef]:
    assert isinstance(result, ServicesListed)
    return [each.ref for each in result.services]


def test_every_node_is_listed_with_what_is_wrong_with_it() -> None:
    made = scene()
    made.survey.silent = {"eu": "The node doesn't answer."}
    assert do(ListNodes(), made) == NodesListed((NodeState("design"), NodeState("eu", "The node doesn't answer.")))


def test_services_of_a_whole_node_are_listed_by_project() -> None:
    assert found(do(ListServices(EVERYWHERE), scene())) == [CHURN, RULES_SERVICE, SCORING]


def test_services_that_ask_nobody_are_found() -> None:
    assert found(do(ListServices(EVERYWHERE, public=True), scene())) == [CHURN, RULES_SERVICE]
    assert found(do(ListServices(ProjectRef("design", "FRAUD"), public=True), scene())) == [RULES_SERVICE]


@pytest.mark.parametrize(
    ("model", "services"),
    [("xgb", [CHURN, SCORING]), ("FRAUD.xgb", [SCORING]), ("CHURN.xgb", [CHURN]), ("lgbm", [])],
)
def test_services_that_use_a_model_are_found_whatever_project_it_is_in(model: str, services: list[ServiceRef]) -> None:
    made = scene()
    made.survey.in_use = {
        SCORING: [("score", ModelRef("FRAUD", "xgb")), ("old", ModelRef("FRAUD", "glm"))],
        CHURN: [("leave", ModelRef("CHURN", "xgb"))],
    }
    result = do(ListServices(EVERYWHERE, model=model), made)
    assert found(result) == services
    assert isinstance(result, ServicesListed)
    assert result.endpoints.get(SCORING, ("score",)) == ("score",)


def test_what_could_not_be_read_is_said() -> None:
    made = scene()
    made.survey.unread = {CHURN.project_ref: DSSUnavailableError("no answer"), SCORING: DSSUnavailableError("busy")}
    result = do(ListServices(EVERYWHERE, model="xgb"), made)
    assert isinstance(result, ServicesListed)
    assert result.unread == (
        "design:CHURN could not be read: no answer",
        "design:FRAUD/scoring could not be read: busy",
    )


def test_a_search_tells_how_far_it_is_and_where_that_was_shown() -> None:
    made = scene()
    made.progress.takes_long = True
    result = do(ListServices(EVERYWHERE, public=True, model="xgb"), made)
    assert isinstance(result, ServicesListed)
    assert result.shown_at == MessageRef(asker(VIC).place.channel, "1.0")
    what = "Searching design:* for public services that use the model xgb"
    assert made.progress.told == [what, f"{what}: 2 of 2 projects read", f"{what}: 2 of 2 services read"]


def test_a_quiet_search_tells_nobody_and_a_quick_one_left_no_message() -> None:
    made = scene()
    quick = do(ListServices(EVERYWHERE), made)
    made.progress.takes_long = True
    made.progress.told.clear()
    quiet = do(ListServices(EVERYWHERE, quiet=True), made)
    assert isinstance(quick, ServicesListed)
    assert isinstance(quiet, ServicesListed)
    assert (quick.shown_at, quiet.shown_at, made.progress.told) == (None, None, [])


def test_where_nothing_answers_the_error_is_told() -> None:
    made = scene()
    made.survey.unread = {CHURN.project_ref: DSSUnavailableError("no answer")}
    with pytest.raises(DSSUnavailableError, match="no answer"):
        do(ListServices(CHURN.project_ref), made)


def test_projects_in_which_one_may_see_nothing_are_not_even_asked() -> None:
    made = scene("design:FRAUD/r*")
    made.survey.unread = {CHURN.project_ref: DSSUnavailableError("asked")}
    result = do(ListServices(EVERYWHERE), made)
    assert found(result) == [RULES_SERVICE]
    assert isinstance(result, ServicesListed)
    assert result.unread == ()


def test_models_are_listed_by_name_to_who_may_see_services_there() -> None:
    made = scene("design:FRAUD/*")
    made.designer.saved["FRAUD"] = [SavedModel("b1", "Zebra"), SavedModel("a1", "ant", "PREDICTION")]
    result = do(ListModels(ProjectRef("design", "FRAUD")), made)
    assert isinstance(result, ModelsListed)
    assert [model.id for model in result.models] == ["a1", "b1"]
    assert isinstance(do(ListModels(ProjectRef("design", "CHURN")), made), Refused)
    assert isinstance(do(ListModels(ProjectRef("design", "FRAUD")), made, MAYA), Refused)


def test_a_version_is_compared_with_another_and_with_the_service_as_it_is_now() -> None:
    made = scene()
    designer = made.designer
    designer.made[SCORING] = [package("v2"), package("v3")]
    before = ServiceSetup("API_KEYS", (EndpointSetup("score", "STD_PREDICTION"), EndpointSetup("old", "PY_FUNCTION")))
    after = replace(before, auth_method="PUBLIC")
    made.snapshots.keep(Snapshot(SCORING, "v2", NOON, NOON, before))
    made.snapshots.keep(Snapshot(SCORING, "v3", NOON, NOON, after))
    both = do(Compare(SCORING, "v2", "v3"), made)
    assert isinstance(both, Compared)
    assert (both.difference.since, both.difference.auth, both.difference.removed) == ("v2", ("API_KEYS", "PUBLIC"), ())
    designer.known[SCORING] = service(SCORING, "API_KEYS", (Endpoint("score", "STD_PREDICTION"),))
    now = do(Compare(SCORING, "v3"), made)
    assert isinstance(now, Compared)
    assert (now.difference.auth, now.difference.removed) == (("PUBLIC", "API_KEYS"), ("old (PY_FUNCTION)",))
    assert now.difference.caveats == ()


def test_what_has_no_snapshot_is_never_called_the_same() -> None:
    made = scene()
    made.designer.made[SCORING] = [package("v2"), package("v3")]
    result = do(Compare(SCORING, "v2", "v3"), made)
    assert isinstance(result, Compared)
    assert result.difference.caveats
    with pytest.raises(NotFoundError, match="no package “v9”"):
        do(Compare(SCORING, "v2", "v9"), made)
