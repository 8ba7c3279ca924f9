"""Whether all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opsbot.domain.freezes import Freeze
from opsbot.domain.lifecycle import State
from opsbot.domain.policies import Policy
from opsbot.domain.status import Look, Outlook, Records, Replica, Status, freezes_in_force, status_as_data
from tests.builders import NOON

ALIVE = Replica("opsbot-1", timedelta(seconds=2))
WELL = Records(NOON, "0007", {}, {}, {}, replicas=(ALIVE,))
SEEN = Outlook({"database": True}, {"design": True})


def test_all_is_well() -> None:
    assert Status("1", WELL, SEEN).problems == ()
    assert Status("1", WELL, replace(SEEN, is_starting=True)).problems == ()


@pytest.mark.parametrize(
    ("records", "outlook", "said"),
    [
        (WELL, Outlook(problem="The bot doesn't answer."), "The bot doesn't answer."),
        (WELL, Outlook({"database": False}), "The database doesn't answer."),
        (WELL, Outlook({"slack": False}), "Slack takes nothing that I say."),
        (WELL, Outlook({"socket": False}), "The socket isn't there."),
        (
            WELL,
            Outlook({"database": True, "socket": False}, {"design": False, "old": True}, is_starting=True),
            "I am just starting, and not sure yet of socket, node design: ask again in some seconds.",
        ),
        (WELL, Outlook({}, {"design": False, "old": True}), "The node design doesn't answer."),
        (replace(WELL, looks=(Look("design", NOON, "no"),)), Outlook(), "The node design doesn't answer."),
        (replace(WELL, replicas=()), SEEN, "No replica is running."),
        (
            replace(WELL, replicas=(ALIVE, Replica("opsbot-2", timedelta(seconds=75)))),
            SEEN,
            "The replica opsbot-2 is silent for 75 s.",
        ),
        (
            replace(WELL, requests={State.UNKNOWN: 2}),
            SEEN,
            "Of 2 publish requests the outcome isn't known: settle it.",
        ),
        (
            replace(WELL, oldest_due=NOON - timedelta(minutes=6)),
            SEEN,
            "Something waits to be said for 6 min.",
        ),
    ],
)
def test_what_a_person_should_look_at_is_said(records: Records, outlook: Outlook, said: str) -> None:
    status = Status("1", records, outlook)
    assert status.problems == (said,)
    data = status_as_data(status)
    assert (data["healthy"], data["problems"]) == (False, [said])


def test_a_node_that_is_not_named_any_more_is_nobodys_trouble() -> None:
    gone = replace(WELL, looks=(Look("old", NOON, "no"), Look("design", NOON)))
    assert Status("1", gone, SEEN).problems == ()


def test_freezes_in_force_are_named_by_their_policies() -> None:
    freeze = Freeze(datetime(2026, 11, 2, 10), datetime(2026, 11, 2, 14), reason="audit")  # noqa: DTZ001 - local time
    found = freezes_in_force((Policy("fraud", freezes=(freeze,)), Policy("other")), NOON)
    assert [(each.policy, each.reason) for each in found] == [("fraud", "audit")]
