"""What can't be known is said, and never taken for no difference."""

from __future__ import annotations

from opsbot.domain.difference import UNKNOWN, EndpointSetup, ServiceSetup, Snapshot, compare, in_lines
from tests.builders import NOON, SCORING

SETUP = ServiceSetup("API_KEYS", (EndpointSetup("score", "STD_PREDICTION", "xgb", "1"),))


def snapshot(version: str, setup: ServiceSetup = SETUP) -> Snapshot:
    return Snapshot(SCORING, version, NOON, NOON, setup)


def test_two_that_are_the_same_are_said_to_be() -> None:
    assert in_lines(compare(snapshot("v2"), snapshot("v3"), "v2")) == ("No difference from v2 was found.",)


def test_without_a_snapshot_of_the_newer_there_is_no_verdict() -> None:
    difference = compare(snapshot("v2"), None, "v2")
    assert not difference.is_known
    assert in_lines(difference) == (UNKNOWN,)


def test_of_a_version_without_endpoints_it_is_said_that_nothing_can_be_called() -> None:
    bare = snapshot("v1", ServiceSetup("PUBLIC", ()))
    assert any("This version has no endpoints" in line for line in in_lines(compare(None, bare, None)))


def test_a_caveat_about_both_is_said_once() -> None:
    unknown = ServiceSetup("API_KEYS", (EndpointSetup("score", "STD_PREDICTION", "xgb"),))
    late = Snapshot(SCORING, "v3", None, NOON, unknown)
    assert len(compare(late, late, "v3").caveats) == len(set(compare(late, late, "v3").caveats)) == 2
