from __future__ import annotations

import pytest

from opsbot.sandbox.designer import Node, RefusalError
from opsbot.sandbox.designer.colleagues import DEEDS, Colleague, glimpse, services_of
from opsbot.sandbox.designer.seed import seed

NOW = 1_700_000_000_000


@pytest.fixture
def node() -> Node:
    made = Node()
    seed(made, NOW)
    return made


def do(node: Node, deed: str, service: str = "scoring") -> str:
    return DEEDS[deed][1](Colleague(node, "FRAUD", service))


def test_what_a_colleague_does_is_theirs_on_the_node_and_told_in_a_sentence(node: Node) -> None:
    assert do(node, "package") == "linus made v5 of FRAUD/scoring."
    assert node.list_packages("FRAUD", "scoring")[-1]["createdBy"] == "linus"
    assert do(node, "publish") == "linus published v5 of FRAUD/scoring."
    assert do(node, "delete") == "linus deleted v5 of FRAUD/scoring."
    assert do(node, "weaken") == "linus changed who may call FRAUD/scoring: API_KEYS became PUBLIC."
    assert do(node, "endpoint") == "linus took the endpoint explain out of FRAUD/scoring."
    seen = glimpse(node, "FRAUD", "scoring")
    assert (seen.packages, seen.auth) == (("v1", "v2", "v3", "v4"), "PUBLIC")
    assert seen.published == {"v1", "v2", "v3", "v5"}
    assert [each["id"] for each in node.get_settings("FRAUD", "scoring")["endpoints"]] == ["score"]


def test_a_replaced_package_has_its_name_and_another_date(node: Node) -> None:
    before = node.list_packages("FRAUD", "rules")[-1]
    assert do(node, "replace", "rules") == "linus deleted v2 of FRAUD/rules and made another v2."
    after = node.list_packages("FRAUD", "rules")[-1]
    assert after["id"] == before["id"]
    assert after["createdOn"] > before["createdOn"]


def test_what_isnt_there_is_refused(node: Node) -> None:
    do(node, "delete", "rules")
    do(node, "delete", "rules")
    with pytest.raises(RefusalError, match="has no package"):
        do(node, "delete", "rules")
    do(node, "endpoint", "rules")
    do(node, "endpoint", "rules")
    with pytest.raises(RefusalError, match="has no endpoint"):
        do(node, "endpoint", "rules")


def test_services_are_named_with_their_projects(node: Node) -> None:
    assert services_of(node) == [("FRAUD", "scoring"), ("FRAUD", "rules"), ("CHURN", "churn")]
