from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.domain.references import ProjectRef, ServiceRef, checked_version, is_node_name
from opsbot.errors import CommandError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("scoring", "design:FRAUD/scoring"),
        ("CHURN/churn", "design:CHURN/churn"),
        ("eu:CHURN/churn-2", "eu:CHURN/churn-2"),
    ],
)
def test_what_is_not_named_is_the_default(text: str, meant: str) -> None:
    assert str(ServiceRef.parse(text, node="design", project="FRAUD")) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("scoring", "Which project is “scoring” in"),
        ("eu:scoring", "names a node but no project"),
        ("FRAUD/", "can't be a service id"),
        ("FRAUD/../other", "can't be a project key"),
        ("FRAUD/a b", "can't be a service id"),
        ("/scoring", "can't be a project key"),
        ("FRAUD/scоring", "can't be a service id"),  # a Cyrillic о
        ("FRAUD/scoring\n", "can't be a service id"),
        ("FRAUD/" + "x" * 201, "at most 200"),
    ],
)
def test_what_can_not_be_a_service_is_said(text: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        ServiceRef.parse(text, node="design", project=None)


def test_where_there_are_several_nodes_one_has_to_be_named() -> None:
    with pytest.raises(CommandError, match="Which node"):
        ProjectRef.parse("FRAUD", node=None)


@pytest.mark.parametrize("text", ["..", ".hidden", "", "v1/..", "v1?x=y", "v1#x", "v 1", "v1\x00", "ｖ1"])
def test_what_can_not_be_a_version_is_said(text: str) -> None:
    with pytest.raises(CommandError, match="can't be a version"):
        checked_version(text)


@given(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True), st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True))
def test_a_written_service_is_read_as_itself(service: str, project: str) -> None:
    ref = ServiceRef("design", project, service)
    assert ServiceRef.parse(str(ref), node=None, project=None) == ref


def test_a_node_is_named_so_that_its_variables_can_be_set() -> None:
    assert is_node_name("design_eu")
    assert not is_node_name("Design")
    assert not is_node_name("design-eu")
