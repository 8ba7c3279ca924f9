"""What was said is found again in a real workspace, where Slack lets us look."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.audit import Head
from opsbot.domain.authorization import AccessRules, Grant
from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.commands import CreatePackage
from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message
from opsbot.domain.models import MessageRef, Place
from opsbot.domain.policies import DEFAULT_POLICY
from opsbot.errors import GoneError, TellingError
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import KeptWebClient, SlackDirectory, SlackMessenger, manifest
from tests.builders import ADA, CHANNEL, MAYA, NOON, OMAR, SCORING, TEAM, request, wish

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Bench:
    """A messenger over a workspace, and that workspace."""

    messenger: SlackMessenger
    workspace: Workspace


@contextmanager
def bench_with(app: dict[str, Any]) -> Iterator[Bench]:
    made = demo.workspace(app)
    with (
        WorkspaceServer(made) as server,
        closing(KeptWebClient("xoxb-sandbox", f"{server.url}/api/", patience=0)) as client,
    ):
        messenger = SlackMessenger(
            client,
            SlackDirectory(client, frozenset({"@ml-approvers"})),
            lambda: AccessRules((*TEAM, Grant("approver", groups=frozenset({"@ml-approvers"})))),
            pauses=tuple,
            policies=lambda: (DEFAULT_POLICY,),
            command_name="/apid",
        )
        yield Bench(messenger, made)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with bench_with(manifest("/apid")) as made:
        yield made


@pytest.fixture
def lacking() -> Iterator[Bench]:
    """One whose app was installed without the scopes to read what was said."""
    app = manifest("/apid")
    scopes = app["oauth_config"]["scopes"]
    scopes["bot"] = [scope for scope in scopes["bot"] if not scope.endswith((":history", "im:write"))]
    with bench_with(app) as made:
        yield made


def outcome(channel: str) -> Delivery:
    return Delivery(7, Message(Kind.OUTCOME, channel, 12), DeliveryState.SENDING, attempts=2)


def test_what_was_said_in_a_channel_is_found_by_its_mark(bench: Bench) -> None:
    subject = request(card=None)
    assert bench.messenger.find(outcome(CHANNEL), subject) is None
    said = bench.messenger.say(outcome(CHANNEL), subject)
    assert said is not None
    assert bench.messenger.find(outcome(CHANNEL), subject) == said


def test_what_was_said_of_a_forgotten_request_under_the_same_numbers_is_another_message(bench: Bench) -> None:
    card = Delivery(7, Message(Kind.CARD, CHANNEL, 12), DeliveryState.SENDING, attempts=2)
    later = request(card=None, wanted=replace(wish(), asked_at=NOON + timedelta(days=1)))
    assert bench.messenger.say(card, request(card=None)) is not None
    assert bench.messenger.find(card, later) is None
    said = bench.messenger.say(card, later)
    assert bench.messenger.find(card, replace(later, head=Head(9, "f00d"))) == said


def test_what_was_said_directly_is_found_in_the_conversation_with_that_person(bench: Bench) -> None:
    subject = request(card=None)
    assert bench.messenger.find(outcome(MAYA.id), subject) is None
    said = bench.messenger.say(outcome(MAYA.id), subject)
    assert said is not None
    for channel in (MAYA.id, said.channel):
        assert bench.messenger.find(outcome(channel), subject) == said
    assert bench.messenger.find(outcome(OMAR.id), subject) is None


def test_where_the_app_may_not_read_it_is_said_again_rather_than_never(lacking: Bench) -> None:
    subject = request(card=None)
    said = lacking.messenger.say(outcome(MAYA.id), subject)
    assert said is not None
    assert lacking.messenger.find(outcome(MAYA.id), subject) is None
    with pytest.raises(TellingError, match="missing_scope") as raised:
        lacking.messenger.find(outcome(CHANNEL), subject)
    assert raised.value.uncertain


def test_a_mark_is_found_behind_what_others_said_since(bench: Bench) -> None:
    subject = request(card=None)
    said = bench.messenger.say(outcome(CHANNEL), subject)
    for number in range(450):
        bench.workspace.post(CHANNEL, MAYA.id, f"much to say: {number}")
    assert bench.messenger.find(outcome(CHANNEL), subject) == said


def test_where_marks_are_hidden_nobody_says_that_it_was_not_said() -> None:
    app = manifest("/apid")
    app["oauth_config"]["scopes"]["bot"].remove("metadata.message:read")
    subject = request(card=None)
    with bench_with(app) as bench:
        bench.messenger.say(outcome(CHANNEL), subject)
        with pytest.raises(TellingError, match=r"metadata\.message:read") as error:
            bench.messenger.find(outcome(CHANNEL), subject)
    assert (error.value.again, error.value.uncertain) == (False, True)


def test_a_reminder_reaches_all_who_could_approve_and_nobody_else(bench: Bench) -> None:
    packaged = wish(packager=ADA)  # who is among the approvers, and may not approve this
    reminder = Delivery(8, Message(Kind.REMINDER, CHANNEL, 12), DeliveryState.WAITING)
    bench.messenger.say(reminder, request(wanted=packaged, card=None))
    said = bench.workspace.messages.of(CHANNEL)[-1].text
    assert "Request 12 still waits for <@U02OMAR>." in said


def test_what_goes_into_a_thread_that_is_gone_is_not_said_beside_it(bench: Bench) -> None:
    card = bench.messenger.say(Delivery(6, Message(Kind.CARD, CHANNEL, 12)), request(card=None))
    assert card is not None
    subject = request(card=card)
    messages = bench.workspace.messages
    gone = messages.find(card.channel, card.ts)
    assert gone is not None
    messages.delete(gone)
    for kind in (Kind.OUTCOME, Kind.REPAINT):
        with pytest.raises(GoneError) as raised:
            bench.messenger.say(Delivery(7, Message(kind, CHANNEL, 12)), subject)
        assert (raised.value.again, raised.value.uncertain) == (False, False)
    never = request(card=replace(card, ts="1.000001"))
    with pytest.raises(GoneError):
        bench.messenger.say(outcome(CHANNEL), never)
    assert messages.of(CHANNEL) == []


def test_what_slack_said_beside_a_thread_that_is_gone_is_found_there(bench: Bench) -> None:
    subject = request(card=None)
    said = bench.messenger.say(outcome(CHANNEL), subject)
    gone = request(card=MessageRef(CHANNEL, "1.000001"))
    assert bench.messenger.find(outcome(CHANNEL), gone) == said
    assert bench.messenger.find(Delivery(8, Message(Kind.OUTCOME, CHANNEL, 12), DeliveryState.SENDING), gone) is None


def test_who_asked_for_a_change_in_a_thread_that_is_gone_hears_beside_it(bench: Bench) -> None:
    asked_in = Place(CHANNEL, "1.000001")
    wanted = CreatePackage(SCORING, "v7")
    change = NodeChange(3, wanted, MAYA, asked_in, NOON, ChangeState.DONE)
    bench.workspace.channels.join(bench.workspace.channels.get(CHANNEL), MAYA.id)
    said = bench.messenger.say(Delivery(7, Message(Kind.CHANGE, CHANNEL, change=3)), change)
    assert said is not None
    ended = Delivery(8, Message(Kind.CHANGE_ENDED, CHANNEL, change=3))
    assert bench.messenger.say(ended, replace(change, wanted=replace(wanted, private=True))) is None
    assert [each.thread_ts for each in bench.workspace.messages.of(CHANNEL)] == [None, None]
