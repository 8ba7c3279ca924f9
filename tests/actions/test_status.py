"""Who sees how the bot is, and what is counted of those who ask for anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opsbot.assembly.measuring import MeasuredDispatcher, Measuring, outcome_of
from opsbot.domain.audit import Entry
from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import ListPackages, ShowStatus
from opsbot.domain.deliveries import DeliveryState
from opsbot.domain.freezes import Freeze
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Pause
from opsbot.domain.policies import Policy
from opsbot.domain.references import ServiceRef
from opsbot.domain.results import Refused, StatusShown
from opsbot.domain.status import Look, Outlook, Records, Replica
from opsbot.errors import CommandError, DSSRefusedError, DSSUnavailableError, NotFoundError, StoreError
from opsbot.slack.blocks.results import answer
from opsbot.telemetry import Metrics, Spans
from tests.actions.doing import do
from tests.builders import ADA, MAYA, NOON, VIC, asker, grant, rules
from tests.fakes import Scene

FROZEN = Freeze(datetime(2026, 11, 2, 10), datetime(2026, 11, 2, 14), reason="<audit>")  # noqa: DTZ001 - local time
SOME = rules(grant("admin", ADA), grant("admin", MAYA, services=("design:FRAUD/*",)), grant("viewer", VIC), policies=())


def test_only_who_administers_everything_sees_it() -> None:
    scene = Scene(SOME)
    assert isinstance(do(scene, ShowStatus(), ADA), StatusShown)
    for person in (MAYA, VIC):
        result = do(scene, ShowStatus(), person)
        assert isinstance(result, Refused)
        assert scene.entries[-1].what == "status"


def test_all_of_it_is_shown_and_nobody_s_words_are_live() -> None:
    scene = Scene(SOME)
    scene.policies.policies = (Policy("fraud", freezes=(FROZEN,)),)
    scene.health.seen = Outlook({"database": True, "socket": False}, {"design": False})
    scene.health.known = Records(
        NOON,
        "0007",
        {State.PENDING: 2, State.UNKNOWN: 1},
        {ChangeState.DOING: 0},
        {DeliveryState.WAITING: 3},
        NOON - timedelta(hours=50),
        None,
        (Replica("opsbot-1", timedelta(seconds=1)),),
        (Look("design", NOON - timedelta(minutes=3), "no <!channel>"), Look("old", None)),
        (Pause(1, "design:FRAUD/*", "*drift* <!here>", MAYA, NOON),),
    )
    said = answer(do(scene, ShowStatus(), ADA), asker(ADA), "/apid")
    assert said is not None
    assert "to be looked at: 3 things" in said.headline
    text = said.details[0].text
    for words in (
        "The socket isn't there.",
        "The node design doesn't answer.",
        "Of 1 publish request the outcome isn't known",
        "Requests: 2 pending and 1 unknown, the oldest asked 2 days ago.",
        "Changes: none.",
        "Deliveries: 3 waiting;",
        "`opsbot-1` was heard of 1 second ago",
        "`design` was last looked at 3 minutes ago: no &lt;!channel&gt;",
        "`old` was last looked at at an unknown time",
        "`design:FRAUD/*` is paused by",
        "policy `fraud` is frozen until",
    ):
        assert words in text, words
    for live in ("<!here>", "<!channel>", "<audit>"):
        assert live not in text


def test_each_command_is_counted_by_what_came_of_it() -> None:
    metrics, scene = Metrics("1"), Scene(SOME)
    dispatcher = MeasuredDispatcher(scene.world, Measuring(metrics, Spans()))
    dispatcher.do(ShowStatus(), asker(ADA))
    dispatcher.do(ShowStatus(), asker(VIC))
    with pytest.raises(NotFoundError):
        dispatcher.do(ListPackages(ServiceRef("design", "FRAUD", "nowhere")), asker(VIC))
    broken = replace(scene.world, health=None)  # type: ignore[arg-type]  # what nobody thought of
    with pytest.raises(AttributeError):
        MeasuredDispatcher(broken, Measuring(metrics, Spans())).do(ShowStatus(), asker(ADA))
    page = metrics.page()[1].decode()
    for verb, outcome in (("status", "done"), ("status", "refused"), ("packages", "not_found"), ("status", "fault")):
        assert f'opsbot_commands_total{{outcome="{outcome}",verb="{verb}"}} 1.0' in page


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (StoreError("gone"), "store"),
        (DSSUnavailableError("no answer"), "node_silent"),
        (DSSRefusedError("no"), "node"),
        (CommandError("what?"), "mistyped"),
    ],
)
def test_errors_have_one_word_each(error: Exception, word: str) -> None:
    assert outcome_of(error) == word  # type: ignore[arg-type]  # each of them is one of ours


def test_decisions_and_ends_are_counted_as_the_audit_keeps_them() -> None:
    metrics = Metrics("1")
    measuring = Measuring(metrics, Spans())
    for what, outcome, request in (
        ("approve", "done", 1),
        ("decline", "refused: it isn't yours", 1),
        ("published", "done", 1),
        ("failed", "done", None),
        ("package", "done", None),
    ):
        measuring.entry(Entry(NOON, MAYA, what, outcome, request=request))
    page = metrics.page()[1].decode()
    assert 'opsbot_decisions_total{decision="approve",outcome="done"} 1.0' in page
    assert 'opsbot_decisions_total{decision="decline",outcome="refused"} 1.0' in page
    assert 'opsbot_publishes_total{outcome="published"} 1.0' in page
    assert 'opsbot_publishes_total{outcome="failed"} 0.0' in page
    assert "isn't yours" not in page
