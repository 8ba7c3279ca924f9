"""A package is proposed after the newest there is, with notes of what is new; what isn't known isn't made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opsbot.actions.drafting import draft
from opsbot.domain.difference import ServiceSetup, Snapshot
from opsbot.domain.models import Endpoint
from opsbot.errors import DSSRefusedError, DSSUnavailableError
from tests.builders import NOON, SCORING, package, service
from tests.fake_nodes import FakeDesigner
from tests.fake_requests import FakeSnapshots

OTHER = Endpoint("score_eu", "STD_PREDICTION")
SCORE = Endpoint("score", "STD_PREDICTION")


@pytest.fixture
def designer() -> FakeDesigner:
    return FakeDesigner()


def propose(designer: FakeDesigner, snapshots: FakeSnapshots | None = None) -> tuple[str, str, str]:
    drafted = draft(SCORING, designer, snapshots or FakeSnapshots(), lambda: NOON)
    return drafted.version, drafted.notes, drafted.remark


def test_the_first_package_has_no_notes(designer: FakeDesigner) -> None:
    designer.made[SCORING] = []
    assert propose(designer) == ("v1", "", "It is the first package of this service.")


def test_notes_tell_what_changed_since_the_newest_package_was_seen(designer: FakeDesigner) -> None:
    snapshots = FakeSnapshots()
    snapshots.keep(Snapshot(SCORING, "v3", NOON, NOON, designer.setup(SCORING)))
    assert propose(designer, snapshots) == ("v4", "", "Nothing in the settings changed since v3.")
    designer.known[SCORING] = service(auth="PUBLIC", endpoints=(OTHER,))
    version, notes, remark = propose(designer, snapshots)
    assert (version, remark) == ("v4", "")
    assert notes.splitlines() == [
        "Authentication: API_KEYS becomes PUBLIC",
        "Added score_eu (STD_PREDICTION)",
        "Removed score (STD_PREDICTION)",
    ]


def test_a_snapshot_of_another_package_under_the_same_version_is_not_compared_with(designer: FakeDesigner) -> None:
    snapshots = FakeSnapshots()
    snapshots.keep(Snapshot(SCORING, "v3", NOON - timedelta(days=9), NOON, ServiceSetup("PUBLIC", ())))
    assert propose(designer, snapshots)[1] == ""


def test_without_a_snapshot_the_package_s_own_summary_tells_of_its_endpoints(designer: FakeDesigner) -> None:
    class Summaries(FakeDesigner):
        def summary(self, ref: object, version: str) -> object:  # type: ignore[override]  # as the package was made
            return replace(designer.summary(SCORING, version), endpoints=(SCORE,))

    now = Summaries(known={SCORING: service(endpoints=(SCORE, OTHER))})
    assert propose(now) == ("v4", "Added score_eu (STD_PREDICTION)", "")
    now.known[SCORING] = service(endpoints=(SCORE,))
    version, notes, remark = propose(now)
    assert (version, notes) == ("v4", "")
    assert "what else changed since isn't known" in remark


def test_settings_that_can_t_be_read_leave_the_version(designer: FakeDesigner) -> None:
    designer.fails["setup"] = DSSRefusedError("no")
    version, notes, remark = propose(designer)
    assert (version, notes) == ("v4", "")
    assert "no" in remark


def test_a_node_that_is_down_proposes_nothing(designer: FakeDesigner) -> None:
    designer.fails["packages"] = DSSUnavailableError("down")
    with pytest.raises(DSSUnavailableError):
        propose(designer)


def test_the_scheme_of_the_newest_is_followed(designer: FakeDesigner) -> None:
    designer.made[SCORING] = [package("2026-10-31"), package("v9", age=timedelta(days=400))]
    assert propose(designer)[0] == "2026-11-02"
