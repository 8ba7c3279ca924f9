from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku import DSSClient
from opsbot.dataiku.gateway import Nodes
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.models import NodeState
from opsbot.domain.references import ModelRef, ProjectRef, ServiceRef
from opsbot.errors import DSSRefusedError
from tests.dataiku.conftest import IMPATIENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.sandbox.designer import DesignerServer

FRAUD, CHURN, NOWHERE = (ProjectRef("design", key) for key in ("FRAUD", "CHURN", "NOWHERE"))


@pytest.fixture
def survey(client: DSSClient) -> Iterator[NodeSurvey]:
    with closing(NodeSurvey(Nodes({"design": client}), at_once=4)) as survey:
        yield survey


def test_projects_and_their_services_are_found(survey: NodeSurvey) -> None:
    projects = survey.projects("design")
    assert set(projects) == {FRAUD, CHURN}
    found = survey.services(projects).found
    assert {str(service.ref) for services in found.values() for service in services} == {
        "design:FRAUD/scoring",
        "design:FRAUD/rules",
        "design:CHURN/churn",
    }


def test_a_project_that_is_not_there_keeps_no_other_from_being_read(survey: NodeSurvey) -> None:
    gathered = survey.services([FRAUD, NOWHERE])
    assert list(gathered.found) == [FRAUD]
    assert isinstance(gathered.failed[NOWHERE], DSSRefusedError)


def test_whoever_waits_hears_how_many_were_read(survey: NodeSurvey) -> None:
    heard: list[tuple[int, int]] = []
    survey.services([FRAUD, NOWHERE, CHURN], lambda done, of: heard.append((done, of)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_models_and_who_uses_them_are_told(survey: NodeSurvey, client: DSSClient) -> None:
    models = Nodes({"design": client}).models(CHURN)
    assert ("churn_lr", "Churn in 30 days") in [(model.id, model.name) for model in models]
    scoring = ServiceRef("design", "FRAUD", "scoring")
    assert survey.models_in_use([scoring]).found == {scoring: [("score", ModelRef("FRAUD", "fraud_xgb"))]}


def test_a_node_that_does_not_answer_is_told_from_one_that_does(client: DSSClient, node: DesignerServer) -> None:
    with (
        DSSClient("http://127.0.0.1:9", "sandbox", patience=IMPATIENT) as silent,
        closing(NodeSurvey(Nodes({"design": client, "eu": silent}))) as survey,
    ):
        design, eu = survey.nodes()
    assert design == NodeState("design")
    assert eu.name == "eu"
    assert "can't be reached" in eu.problem


def test_no_more_is_asked_at_once_than_there_are_threads(client: DSSClient, node: DesignerServer) -> None:
    project = client.get_project("CHURN")
    for number in range(20):
        project.create_api_service(f"many{number}")
    node.site.latency = 0.02
    services = [ServiceRef("design", "CHURN", f"many{number}") for number in range(20)]
    with closing(NodeSurvey(Nodes({"design": client}), at_once=4)) as survey:
        assert len(survey.models_in_use(services).found) == 20
    assert node.site.connections_taken == 1 + 4  # ours, and one of each thread
