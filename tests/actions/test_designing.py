"""Creating services, adding and removing endpoints, deleting packages: what is refused before anything is begun."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opsbot.actions.node_calls import caution
from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import AddEndpoint, CreateService, RemoveEndpoint, ShowService
from opsbot.domain.models import EndpointType, SavedModel
from opsbot.domain.references import ServiceRef
from opsbot.domain.results import ChangeBegun, ConfirmationAsked, Refused
from opsbot.errors import CommandError, ConflictError, DSSUnavailableError, NotFoundError
from opsbot.slack.blocks import changes
from opsbot.slack.blocks.messages import spoken
from opsbot.slack.blocks.results import answer
from tests.actions.doing import PUBLISH, approved, asked, carry_out, do, made, make
from tests.actions.test_changing import ADD, DELETE, TEAM_OF_DESIGN
from tests.builders import ADA, MAYA, SCORING, asker, grant, rules, service
from tests.fakes import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene(TEAM_OF_DESIGN)


def test_a_service_whose_id_is_taken_is_not_created(scene: Scene) -> None:
    with pytest.raises(
        ConflictError, match=r"has a service “scoring” already; choose another id\. Its services: scoring"
    ):
        do(scene, CreateService(SCORING))


def test_an_endpoint_whose_id_is_taken_is_not_added(scene: Scene) -> None:
    with pytest.raises(ConflictError, match=r"has an endpoint “score” already\. Its endpoints: score"):
        do(scene, replace(ADD, endpoint="score"))


def test_endpoints_of_a_service_that_is_not_there_are_about_the_services_that_are(scene: Scene) -> None:
    with pytest.raises(
        NotFoundError, match=r"has no service “scorin”\. Did you mean “scoring”\? Its services: scoring"
    ):
        do(scene, replace(ADD, service=ServiceRef("design", "FRAUD", "scorin")))


def test_an_endpoint_that_is_not_there_is_not_removed(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match=r"has no endpoint “scor”\. Did you mean “score”\? Its endpoints: score"):
        do(scene, RemoveEndpoint(SCORING, "scor"))


def test_propensity_is_for_causal_endpoints(scene: Scene) -> None:
    with pytest.raises(CommandError, match="--compute-propensity is for endpoints of the type causal"):
        do(scene, replace(ADD, compute_propensity=True))
    assert made(scene, replace(ADD, type=EndpointType.CAUSAL, compute_propensity=True)).state is ChangeState.DONE


@pytest.mark.parametrize(
    ("named", "model"),
    [
        ("fraud_xgb", "fraud_xgb"),
        ("Fraud score", "fraud_xgb"),
        ("FRAUD.fraud_xgb", "fraud_xgb"),
        ("CHURN.churn_lr", "CHURN.churn_lr"),
        ("twin", "twin"),
    ],
)
def test_a_model_is_named_by_its_id_or_by_its_name(scene: Scene, named: str, model: str) -> None:
    scene.designer.saved["CHURN"] = [SavedModel("churn_lr", "Churn")]
    scene.designer.saved["FRAUD"] += [SavedModel("twin", "Twin"), SavedModel("twin2", "twin")]
    wanted = made(scene, replace(ADD, model=named)).wanted
    assert isinstance(wanted, AddEndpoint)
    assert wanted.model == model
    assert scene.designer.endpoints(SCORING)[-1].model == model


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("fraud_xgp", "has no saved model “fraud_xgp”. Did you mean “fraud_xgb”?"),
        ("something else", "Its models: fraud_xgb (“Fraud score”), tree (“Rules”)."),
        ("FRAUD.fraud_xgp", "has no saved model “fraud_xgp”"),
        ("CHURN.fraud_xgb", "has no saved model “CHURN.fraud_xgb”"),
        ("SECRET.fraud_xgb", "The saved models of design:SECRET can't be seen"),
    ],
)
def test_a_model_that_is_not_there_is_said_with_those_that_are(scene: Scene, named: str, says: str) -> None:
    scene.designer.saved["CHURN"] = [SavedModel("churn_lr", "Churn")]
    with pytest.raises(NotFoundError) as raised:
        do(scene, replace(ADD, model=named))
    assert says in str(raised.value)
    assert "churn_lr" not in str(raised.value)  # another project's models are nobody's business
    assert scene.durable.changed == []


def test_a_name_that_several_models_have_names_none(scene: Scene) -> None:
    scene.designer.saved["FRAUD"].append(SavedModel("tree2", "Rules"))
    with pytest.raises(ConflictError, match="2 saved models are called “Rules”; name one by its id: tree, tree2"):
        do(scene, replace(ADD, model="Rules"))


def test_a_deletion_is_confirmed_first(scene: Scene) -> None:
    wanted = replace(DELETE, confirmed=False)
    assert do(scene, wanted) == ConfirmationAsked(wanted)
    assert scene.durable.changed == []
    assert made(scene, DELETE).state is ChangeState.DONE
    assert scene.designer.made[SCORING] == []


def test_a_version_that_is_not_there_is_not_deleted(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match=r"has no package “v9”\. The newest there: v3"):
        do(scene, replace(DELETE, version="v9"))


def test_what_somebody_wants_published_is_not_deleted_by_anybody(scene: Scene) -> None:
    asked(scene)
    for who in (None, ADA):
        refused = do(scene, replace(DELETE, force=True), *([who] if who is not None else []))
        assert isinstance(refused, Refused)
        assert "request 1, to publish it, is pending; cancel that first." in refused.reason


@pytest.mark.parametrize("confirmed", [True, False])
def test_what_is_published_is_deleted_only_if_an_administrator_insists(scene: Scene, confirmed: bool) -> None:  # noqa: FBT001 - pytest calls it so
    scene.designer.published["scoring"] = {"v3"}
    wanted = replace(DELETE, confirmed=confirmed)
    for refused in (do(scene, wanted), do(scene, replace(wanted, force=True)), do(scene, wanted, ADA)):
        assert isinstance(refused, Refused)
        assert "v3 is on the API Deployer, as “scoring”. An administrator may insist, with --force." in refused.reason
    insisted = do(scene, replace(wanted, force=True), ADA)
    assert isinstance(insisted, ChangeBegun if confirmed else ConfirmationAsked)
    if isinstance(insisted, ConfirmationAsked):
        assert "as “scoring”" in insisted.warning


def test_what_we_published_under_another_name_is_published_too(scene: Scene) -> None:
    carry_out(scene, approved(scene, replace(PUBLISH, published_service="canary")))
    refused = do(scene, DELETE)
    assert isinstance(refused, Refused)
    assert "as “canary”" in refused.reason


def test_where_nobody_can_say_whether_it_is_published_it_takes_an_administrator_too(scene: Scene) -> None:
    scene.designer.fails["published_versions"] = DSSUnavailableError("No answer.")
    refused = do(scene, DELETE)
    assert isinstance(refused, Refused)
    assert "whether v3 is published can't be seen: No answer." in refused.reason
    assert made(scene, replace(DELETE, force=True), ADA).state is ChangeState.DONE


def test_what_is_published_between_the_asking_and_the_deletion_stays(scene: Scene) -> None:
    result = do(scene, replace(DELETE, force=True))  # nothing to insist on, so nothing is insisted on
    assert isinstance(result, ChangeBegun)
    scene.designer.published["scoring"] = {"v3"}
    ended = make(scene, result.change.id)
    assert ended.state is ChangeState.FAILED
    assert "Nothing was sent: v3 is on the API Deployer" in ended.outcome
    assert [each.version for each in scene.designer.made[SCORING]] == ["v3"]


def test_the_models_of_a_project_that_the_asker_may_not_see_look_as_if_there_were_none() -> None:
    scene = Scene(rules(grant("designer", MAYA, services=("design:FRAUD/*",))))
    scene.designer.saved["HR"] = [SavedModel("salaries", "Salaries")]
    for model in ("HR.salaries", "HR.nothing", "NOWHERE.salaries"):
        with pytest.raises(NotFoundError, match="design:FRAUD has no saved model"):
            do(scene, replace(ADD, model=model))
    assert scene.durable.changed == []


def test_who_creates_a_service_reads_that_it_asks_nobody_who_they_are_and_where_that_is_set() -> None:
    limits, scene = ServiceRef("design", "FRAUD", "limits"), Scene(TEAM_OF_DESIGN)
    change = made(scene, CreateService(limits))
    assert change.state is ChangeState.DONE
    for said in (spoken(changes.outcome(change, "/apid")), spoken(changes.shown(change, "/apid"))):
        assert "It is PUBLIC, as the node makes new ones: nobody is asked who they are." in said
        assert "https://dss.test/FRAUD/limits" in said
    shown = answer(do(scene, ShowService(limits)), asker(), "/apid")
    assert shown is not None
    assert "`PUBLIC`, nobody is asked who they are" in shown.in_full()
    assert "set that on its page on the node" in shown.in_full()
    again = made(scene, AddEndpoint(limits, "score", EndpointType.PREDICTION, "fraud_xgb"))
    assert again.outcome == ""


def test_of_a_service_that_asks_its_callers_no_more_is_said_than_that_it_is_there() -> None:
    limits, scene = ServiceRef("design", "FRAUD", "limits"), Scene(TEAM_OF_DESIGN)
    number = do(scene, CreateService(limits))
    assert isinstance(number, ChangeBegun)
    scene.designer.known[limits] = service(limits, "API_KEYS")
    assert caution(CreateService(limits), scene.designer) == ""
    scene.designer.fails["services"] = DSSUnavailableError("no answer")
    assert caution(CreateService(limits), scene.designer) == ""
