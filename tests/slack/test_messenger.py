"""What was said is found again in a real workspace, where Slack lets us look."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.authorization import AccessRules
from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message
from opsbot.domain.policies import DEFAULT_POLICY
from opsbot.errors import TellingError
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import KeptWebClient, SlackDirectory, SlackMessenger, manifest
from tests.builders import CHANNEL, MAYA, TEAM, request

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Bench:
    """A messenger over a workspace, and that workspace."""

    messenger: SlackMessenger
    workspace: Workspace


@pytest.fixture
def bench() -> Iterator[Bench]:
    with benched(manifest("/apid")) as made:
        yield made


@contextmanager
def benched(app: dict[str, Any]) -> Iterator[Bench]:
    made = Workspace(app, people=demo.PEOPLE, channels=demo.CHANNELS, user_groups=demo.USER_GROUPS)
    with (
        WorkspaceServer(made) as server,
        closing(KeptWebClient("xoxb-sandbox", f"{server.url}/api/", patient=False)) as client,
    ):
        messenger = SlackMessenger(
            client,
            SlackDirectory(client, frozenset()),
            AccessRules(TEAM),
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


def test_where_marks_are_hidden_nobody_says_that_it_was_not_said() -> None:
    app = manifest("/apid")
    app["oauth_config"]["scopes"]["bot"].remove("metadata.message:read")
    subject = request(card=None)
    with benched(app) as bench:
        bench.messenger.say(outcome(CHANNEL), subject)
        with pytest.raises(TellingError, match=r"metadata\.message:read") as error:
            bench.messenger.find(outcome(CHANNEL), subject)
    assert (error.value.again, error.value.uncertain) == (False, True)
