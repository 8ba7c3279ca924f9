"""The Web API through Slack's own client: what is answered, and what is refused with which code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.support import (
    actions,
    button,
    demo_workspace,
    manifest,
    section,
    select,
    web_client,
)

if TYPE_CHECKING:
    from slack_sdk import WebClient

ML_OPS, RANDOM = "C01MLOPS", "C03RANDOM"


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> dict[str, Any]:
    reply = error.value.response.data
    assert isinstance(reply, dict)
    return reply


def refused_blocks(client: WebClient, *blocks: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=ML_OPS, text="t", blocks=blocks)
    assert refusal(error)["error"] == "invalid_blocks"
    return " ".join(refusal(error)["response_metadata"]["messages"])


def test_the_token_says_who_the_app_is(client: WebClient) -> None:
    who = client.auth_test()
    assert (who["user_id"], who["bot_id"], who["team_id"]) == ("U0BOT", "B0BOT", "T0SANDBOX")


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("xapp-sandbox", "not_allowed_token_type")],
)
def test_a_wrong_token_is_refused(server: WorkspaceServer, token: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    assert httpx.post(f"{server.url}/api/auth.test", headers=headers).json() == {"ok": False, "error": code}


def test_a_token_may_come_as_a_field(server: WorkspaceServer) -> None:
    reply = httpx.post(f"{server.url}/api/auth.test", data={"token": "xoxb-sandbox"})
    assert reply.json()["ok"]
    assert "chat:write" in reply.headers["x-oauth-scopes"]


def test_a_method_needs_its_scope() -> None:
    workspace = demo_workspace(manifest(scopes=("commands",)))
    with WorkspaceServer(workspace) as server, pytest.raises(SlackApiError) as error:
        web_client(server).chat_postMessage(channel=ML_OPS, text="hi")
    assert refusal(error) == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"}


def test_a_method_that_is_not_there_is_named(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.api_call("chat.shout")
    assert refusal(error) == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


def test_json_bodies_are_read_like_forms(server: WorkspaceServer) -> None:
    headers = {"Authorization": "Bearer xoxb-sandbox"}
    body = {"channel": ML_OPS, "text": "hi", "blocks": [section()]}
    posted = httpx.post(f"{server.url}/api/chat.postMessage", json=body, headers=headers).json()
    assert posted["message"]["blocks"][0]["text"]["text"] == "Hello"
    broken = httpx.post(
        f"{server.url}/api/chat.postMessage", content="{", headers=headers | {"content-type": "application/json"}
    )
    assert broken.json()["error"] == "invalid_json"


def test_a_message_is_posted_read_edited_and_deleted(client: WebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"id": "r-1"}}
    posted = client.chat_postMessage(channel=ML_OPS, text="one", blocks=[section()], metadata=metadata)
    ts = posted["ts"]
    [read] = client.conversations_history(channel=ML_OPS, include_all_metadata=True)["messages"]
    assert read["metadata"] == metadata
    assert "metadata" not in client.conversations_history(channel=ML_OPS)["messages"][0]
    client.chat_update(channel=ML_OPS, ts=ts, text="two")
    [read] = client.conversations_history(channel=ML_OPS)["messages"]
    assert (read["text"], "blocks" in read, read["edited"]["user"]) == ("two", False, "U0BOT")
    client.chat_delete(channel=ML_OPS, ts=ts)
    assert client.conversations_history(channel=ML_OPS)["messages"] == []


def test_a_thread_counts_on_its_parent(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=ML_OPS, text="parent")["ts"]
    reply = client.chat_postMessage(channel=ML_OPS, text="reply", thread_ts=parent)["ts"]
    client.chat_postMessage(channel=ML_OPS, text="reply to a reply", thread_ts=reply)
    [shown] = client.conversations_history(channel=ML_OPS)["messages"]
    assert (shown["reply_count"], shown["reply_users"]) == (2, ["U0BOT"])
    thread = client.conversations_replies(channel=ML_OPS, ts=parent)["messages"]
    assert [message["text"] for message in thread] == ["parent", "reply", "reply to a reply"]


def test_history_comes_in_pages_newest_first(client: WebClient) -> None:
    for number in range(5):
        client.chat_postMessage(channel=ML_OPS, text=str(number))
    pages = [[m["text"] for m in page["messages"]] for page in client.conversations_history(channel=ML_OPS, limit=2)]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    with pytest.raises(SlackApiError) as error:
        client.conversations_history(channel=ML_OPS, cursor="nonsense")
    assert refusal(error)["error"] == "invalid_cursor"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": RANDOM, "text": "x"}, "not_in_channel"),
        ({"channel": ML_OPS, "text": "", "blocks": []}, "no_text"),
        ({"channel": ML_OPS, "text": "x", "thread_ts": "1.000001"}, "cannot_reply_to_message"),
        ({"channel": ML_OPS, "text": "x", "blocks": "no list"}, "invalid_blocks_format"),
        ({"channel": ML_OPS, "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_schema"),
        ({"channel": ML_OPS, "text": "x", "blocks": [section("y" * 2900)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "channel": ""}, "invalid_arguments"),
    ],
)
def test_a_message_that_slack_would_refuse_is_refused(client: WebClient, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(SlackApiError) as error:
        client.api_call("chat.postMessage", json=arguments)
    assert refusal(error)["error"] == code


def test_the_place_of_a_fault_in_blocks_is_named(client: WebClient) -> None:
    assert "/blocks/0/text/text" in refused_blocks(client, section(""))
    assert "/blocks/1" in refused_blocks(client, section(), {"type": "wonder"})
    assert "less than 3001" in refused_blocks(client, section("x" * 3001))
    assert "no more than 50" in refused_blocks(client, *([{"type": "divider"}] * 51))
    assert "additional property: colour" in refused_blocks(client, section(colour="red"))
    assert "already exists" in refused_blocks(client, actions(button()), actions(button()))
    assert "already exists" in refused_blocks(client, actions(button(), button()))
    assert "/blocks/0/elements/0/value" in refused_blocks(client, actions(button(value="x" * 2001)))
    assert "no more than 100" in refused_blocks(client, actions(select(*(str(number) for number in range(101)))))
    assert "/confirm/title" in refused_blocks(client, actions(button(confirm={"text": {}})))
    assert "/style" in refused_blocks(client, actions(button(style="loud")))


def test_missing_ids_are_filled_in(client: WebClient) -> None:
    unnamed = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    posted = client.chat_postMessage(channel=ML_OPS, text="t", blocks=[section(accessory=unnamed)])
    [block] = posted["message"]["blocks"]
    assert block["block_id"]
    assert block["accessory"]["action_id"]


def test_an_ephemeral_is_for_one_and_no_method_returns_it(client: WebClient, server: WorkspaceServer) -> None:
    ts = client.chat_postEphemeral(channel=ML_OPS, user="U01MAYA", text="psst")["message_ts"]
    assert client.conversations_history(channel=ML_OPS)["messages"] == []
    kept = server.workspace.messages.find(ML_OPS, ts)
    assert kept is not None
    assert kept.addressee == "U01MAYA"
    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel=ML_OPS, ts=ts, text="x")
    assert refusal(error)["error"] == "message_not_found"


def test_channels_are_listed_and_joined(client: WebClient) -> None:
    listed = {channel["name"]: channel["is_member"] for channel in client.conversations_list()["channels"]}
    assert listed == {"ml-ops": True, "approvals": True, "api-news": True, "random": False}
    client.conversations_join(channel=RANDOM)
    assert client.chat_postMessage(channel="#random", text="here")["channel"] == RANDOM
    assert "U0BOT" in client.conversations_members(channel=RANDOM)["members"]
    with pytest.raises(SlackApiError) as error:
        client.conversations_info(channel="random")
    assert refusal(error)["error"] == "channel_not_found"


def test_people_and_groups_are_listed(client: WebClient) -> None:
    assert client.users_info(user="U02OMAR")["user"]["real_name"] == "Omar Haddad"
    assert len(client.users_list()["members"]) == 7
    [group] = client.usergroups_list(include_users=True)["usergroups"]
    assert (group["handle"], group["users"]) == ("ml-approvers", ["U02OMAR", "U03ADA"])
    assert client.usergroups_users_list(usergroup=group["id"])["users"] == ["U02OMAR", "U03ADA"]


def test_a_person_can_be_written_to_directly(client: WebClient, server: WorkspaceServer) -> None:
    opened = client.conversations_open(users="U01MAYA")["channel"]["id"]
    assert client.chat_postMessage(channel="U01MAYA", text="hello")["channel"] == opened
    [said] = server.workspace.messages.of(opened)
    assert said.text == "hello"


def test_a_permalink_leads_to_the_message(client: WebClient, server: WorkspaceServer) -> None:
    ts = client.chat_postMessage(channel=ML_OPS, text="x")["ts"]
    link = client.chat_getPermalink(channel=ML_OPS, message_ts=ts)["permalink"]
    assert link == f"{server.url}/archives/{ML_OPS}/p{ts.replace('.', '')}"


def test_a_call_beyond_the_rate_is_told_when_to_come_again() -> None:
    with WorkspaceServer(
        demo_workspace(rate_limit=lambda method, _channel: 1.5 if "post" in method else None)
    ) as server:
        reply = httpx.post(f"{server.url}/api/chat.postMessage", data={"token": "xoxb-sandbox"})
    assert (reply.status_code, reply.headers["retry-after"], reply.json()["error"]) == (429, "2", "ratelimited")
