"""The heads that Slack keeps, read from a workspace."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.audit import Head
from opsbot.errors import ConfigError
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import KeptWebClient, manifest
from opsbot.slack.sending.heads import read_heads
from opsbot.slack.sending.marks import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

ML_OPS, OTHER = (channel.id for channel in demo.CHANNELS[:2])


def head(seq: int) -> Head:
    return Head(seq, f"{seq:064x}")


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    made = demo.workspace(manifest("/apid"))
    with WorkspaceServer(made) as serving:
        yield serving


@pytest.fixture
def client(server: WorkspaceServer) -> Iterator[KeptWebClient]:
    with closing(client_of(server)) as made:
        yield made


def client_of(server: WorkspaceServer, token: str = "xoxb-sandbox") -> KeptWebClient:
    return KeptWebClient(token, f"{server.url}/api/")


def say(client: KeptWebClient, marked: Head | None, *, channel: str = ML_OPS, thread: str | None = None) -> str:
    payload: dict[str, Any] = {"delivery": 1, "kind": "card", "request": 12}
    payload |= {"head": str(marked)} if marked is not None else {}
    mark = {"event_type": MARK, "event_payload": payload}
    return str(client.chat_postMessage(channel=channel, text="said", thread_ts=thread, metadata=mark)["ts"])


def test_heads_in_channels_and_threads_are_found_page_by_page(client: KeptWebClient) -> None:
    cards = [say(client, head(seq)) for seq in (1, 2, 3)]
    for seq in (4, 5, 6):
        say(client, head(seq), thread=cards[1])
    say(client, head(7), channel=OTHER)
    found, problems = read_heads(client, [ML_OPS, OTHER, ML_OPS], at_once=2)
    assert sorted(known.head.seq for known in found) == [1, 2, 3, 4, 5, 6, 7]
    assert problems == []
    (first,) = (known for known in found if known.head.seq == 1)
    assert (first.head, first.source, first.outside) == (head(1), f"message {cards[0]} in {ML_OPS}", True)


def test_an_edited_card_keeps_its_head(client: KeptWebClient) -> None:
    card = say(client, head(1))
    client.chat_update(channel=ML_OPS, ts=card, text="as it is now")
    assert [known.head for known in read_heads(client, [ML_OPS])[0]] == [head(1)]


def test_what_somebody_else_wrote_does_not_count(server: WorkspaceServer, client: KeptWebClient) -> None:
    card = say(client, head(1))
    reply = say(client, head(2), thread=card)
    foreign = say(client, head(3))
    messages = server.workspace.messages
    for ts in (reply, foreign):
        message = messages.find(ML_OPS, ts)
        assert message is not None
        messages.change(replace(message, user=demo.VIC.id))
    assert [known.head for known in read_heads(client, [ML_OPS])[0]] == [head(1)]


def test_messages_without_a_head_are_passed_by(client: KeptWebClient) -> None:
    say(client, None)
    client.chat_postMessage(channel=ML_OPS, text="plain")
    other = {"event_type": "something_else", "event_payload": {"head": str(head(1))}}
    client.chat_postMessage(channel=ML_OPS, text="marked otherwise", metadata=other)
    assert read_heads(client, [ML_OPS]) == ([], [])


def test_a_channel_that_can_not_be_read_is_told_and_the_others_are_read(client: KeptWebClient) -> None:
    say(client, head(1))
    found, problems = read_heads(client, ["C0NOWHERE", ML_OPS])
    assert [known.head for known in found] == [head(1)]
    assert problems == ["Slack doesn't show what was said in C0NOWHERE: channel_not_found."]


def test_a_token_that_slack_does_not_take_is_a_fault_of_the_configuration(server: WorkspaceServer) -> None:
    with closing(client_of(server, "xoxb-wrong")) as stranger, pytest.raises(ConfigError, match="invalid_auth"):
        read_heads(stranger, [ML_OPS])


def test_where_marks_are_hidden_that_is_a_problem_and_not_an_absence() -> None:
    app = manifest("/apid")
    app["oauth_config"]["scopes"]["bot"].remove("metadata.message:read")
    made = Workspace(app, people=demo.PEOPLE, channels=demo.CHANNELS)
    with WorkspaceServer(made) as serving, closing(client_of(serving)) as hindered:
        say(hindered, head(1))
        found, problems = read_heads(hindered, [ML_OPS])
    assert found == []
    assert problems == [f"Slack doesn't show what was said in {ML_OPS}: missing_scope (metadata.message:read)."]
