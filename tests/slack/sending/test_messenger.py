"""What was said is found again in a real workspace, where Slack lets us look."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from opsbot.domain.authorization import AccessRules, Grant
from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message
from opsbot.domain.policies import DEFAULT_POLICY
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import KeptWebClient, SlackDirectory, SlackMessenger, manifest
from tests.builders import ADA, CHANNEL, MAYA, TEAM, request, wish

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Bench:
    """A messenger over a workspace, and that workspace."""

    messenger: SlackMessenger
    workspace: Workspace


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Workspace(manifest("/apid"), people=demo.PEOPLE, channels=demo.CHANNELS, user_groups=demo.USER_GROUPS)
    with (
        WorkspaceServer(made) as server,
        closing(KeptWebClient("xoxb-sandbox", f"{server.url}/api/", patient=False)) as client,
    ):
        messenger = SlackMessenger(
            client,
            SlackDirectory(client, frozenset({"@ml-approvers"})),
            AccessRules((*TEAM, Grant("approver", groups=frozenset({"@ml-approvers"})))),
            pauses=tuple,
            policies=lambda: (DEFAULT_POLICY,),
            command_name="/apid",
        )
        yield Bench(messenger, made)


def outcome(channel: str) -> Delivery:
    return Delivery(7, Message(Kind.OUTCOME, channel, 12), DeliveryState.SENDING, attempts=2)


def test_what_was_said_in_a_channel_is_found_by_its_mark(bench: Bench) -> None:
    subject = request(card=None)
    assert bench.messenger.find(outcome(CHANNEL), subject) is None
    said = bench.messenger.say(outcome(CHANNEL), subject)
    assert said is not None
    assert bench.messenger.find(outcome(CHANNEL), subject) == said


def test_in_a_direct_conversation_it_is_said_again_rather_than_never(bench: Bench) -> None:
    subject = request(card=None)
    said = bench.messenger.say(outcome(MAYA.id), subject)
    assert said is not None
    for channel in (MAYA.id, said.channel):
        assert bench.messenger.find(outcome(channel), subject) is None
    assert bench.messenger.say(outcome(MAYA.id), subject) not in {None, said}


def test_a_reminder_reaches_all_who_could_approve_and_nobody_else(bench: Bench) -> None:
    packaged = wish(packager=ADA)  # who is among the approvers, and may not approve this
    reminder = Delivery(8, Message(Kind.REMINDER, CHANNEL, 12), DeliveryState.WAITING)
    bench.messenger.say(reminder, request(wanted=packaged, card=None))
    said = bench.workspace.messages.of(CHANNEL)[-1].text
    assert "Request 12 still waits for <@U02OMAR>." in said
