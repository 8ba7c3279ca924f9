"""News is found again in a real workspace, where Slack lets us look."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message
from opsbot.domain.watching import EVERY_TOPIC, Watch
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import Budget, KeptWebClient, SlackNews, manifest
from tests.builders import CHANNEL, MAYA, NOON, OMAR

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def news() -> Iterator[SlackNews]:
    made = Workspace(manifest("/apid"), people=demo.PEOPLE, channels=demo.CHANNELS, user_groups=demo.USER_GROUPS)
    with (
        WorkspaceServer(made) as server,
        closing(KeptWebClient("xoxb-sandbox", f"{server.url}/api/", patient=False)) as client,
    ):
        yield SlackNews(client, Budget(), "/apid")


def trial(target: str) -> tuple[Delivery, Watch]:
    said = Message(Kind.WATCH_TEST, target, text=OMAR.id, watch=3)
    return Delivery(7, said, DeliveryState.SENDING, 2), Watch(3, target, "design:*", EVERY_TOPIC, MAYA, NOON)


def test_what_was_said_in_a_channel_is_found_by_its_mark(news: SlackNews) -> None:
    delivery, watch = trial(CHANNEL)
    assert news.find(delivery, None) is None
    said = news.test(delivery, watch)
    assert news.find(delivery, None) == said


def test_in_a_direct_conversation_nothing_is_looked_for_which_slack_would_refuse(news: SlackNews) -> None:
    delivery, watch = trial(MAYA.id)
    said = news.test(delivery, watch)
    assert said.channel.startswith("D")
    assert news.find(delivery, None) is None
    assert news.find(delivery, said) is None
