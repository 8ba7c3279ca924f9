"""Messages: what may be said, edited, marked, uploaded, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata

from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.sandbox.workspace.rate_limits import RateLimits
from opsbot.sandbox.workspace.webapi.table import METHODS
from tests.sandbox.workspace.conformance.installed import APPROVALS, JSON, MAYA, ML_OPS, refused, unretrying
from tests.sandbox.workspace.support import Control, demo_workspace, manifest, section

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient


def said(client: WebClient, channel: str = ML_OPS) -> JSON:
    """The newest message of a channel, with everything."""
    newest: JSON = client.conversations_history(channel=channel, limit=1, include_all_metadata=True)["messages"][0]
    return newest


def test_a_message_says_something_and_not_too_much(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/chat.postMessage: no_text, message_truncated beyond 40,000 characters."""
    assert refused(client.api_call, api_method="chat.postMessage", json={"channel": ML_OPS, "text": ""}) == "no_text"
    assert "warning" not in client.chat_postMessage(channel=ML_OPS, text="x" * 40_000)
    reply = client.chat_postMessage(channel=ML_OPS, text="x" * 40_001)
    assert (reply["warning"], reply["response_metadata"]["warnings"]) == ("message_truncated", ["message_truncated"])
    assert said(client)["text"] == "x" * 40_000


def test_what_takes_the_place_of_a_message_is_shorter(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/chat.update: msg_too_long beyond 4,000 characters.

    https://docs.slack.dev/reference/methods/chat.postEphemeral has msg_too_long, too, and doesn't say from where on.
    """
    ts = client.chat_postMessage(channel=ML_OPS, text="x" * 5_000)["ts"]
    assert client.chat_update(channel=ML_OPS, ts=ts, text="y" * 4_000)["ok"]
    assert refused(client.chat_update, channel=ML_OPS, ts=ts, text="z" * 4_001) == "msg_too_long"
    assert said(client)["text"] == "y" * 4_000
    assert refused(client.chat_postEphemeral, channel=ML_OPS, user=MAYA, text="x" * 40_001) == "msg_too_long"


def test_text_without_blocks_takes_the_blocks_away(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/chat.update: what is said anew takes the place of the blocks."""
    ts = client.chat_postMessage(channel=ML_OPS, text="one", blocks=[section()])["ts"]
    client.chat_update(channel=ML_OPS, ts=ts, text="two")
    assert "blocks" not in said(client)
    client.chat_update(channel=ML_OPS, ts=ts, text="three", blocks=[section("new")])
    assert said(client)["blocks"][0]["text"]["text"] == "new"
    assert said(client)["edited"]["user"] == "U0BOT"


def test_only_own_messages_that_are_there_can_be_changed(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/reference/methods/chat.update: cant_update_message, message_not_found; chat.delete."""
    ts = control.say("mine")["message"]["ts"]
    assert refused(client.chat_update, channel=ML_OPS, ts=ts, text="x") == "cant_update_message"
    assert refused(client.chat_delete, channel=ML_OPS, ts=ts) == "cant_delete_message"
    assert refused(client.chat_update, channel=ML_OPS, ts="1.000001", text="x") == "message_not_found"
    assert refused(client.chat_update, channel="#ml-ops", ts=ts, text="x") == "channel_not_found"


def test_what_goes_below_a_message_that_was_deleted_is_said_in_the_channel_unless_somebody_had_replied(
    client: WebClient,
) -> None:
    """https://github.com/slack-go/slack/issues/1571: Slack un-threads it, and says so only by what the reply lacks."""
    empty, full = (client.chat_postMessage(channel=ML_OPS, text=text)["ts"] for text in ("empty", "full"))
    reply = client.chat_postMessage(channel=ML_OPS, text="before", thread_ts=full)["ts"]
    for ts in (empty, full):
        client.chat_delete(channel=ML_OPS, ts=ts)
    beside, below = (client.chat_postMessage(channel=ML_OPS, text="after", thread_ts=ts) for ts in (empty, full))
    assert "thread_ts" not in beside["message"]
    assert below["message"]["thread_ts"] == full
    assert refused(client.conversations_replies, channel=ML_OPS, ts=empty) == "thread_not_found"
    left = client.conversations_replies(channel=ML_OPS, ts=full)["messages"]
    assert [each["ts"] for each in left] == [reply, below["ts"]]


def test_an_ephemeral_can_not_be_changed_by_a_method(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/chat.update: ephemeral messages can't be updated."""
    ts = client.chat_postEphemeral(channel=ML_OPS, user=MAYA, text="psst")["message_ts"]
    assert refused(client.chat_update, channel=ML_OPS, ts=ts, text="x") == "message_not_found"
    assert refused(client.chat_delete, channel=ML_OPS, ts=ts) == "message_not_found"
    assert client.conversations_history(channel=ML_OPS)["messages"] == []


def test_metadata_stays_through_an_edit_and_is_shown_on_request(client: WebClient) -> None:
    """https://docs.slack.dev/messaging/message-metadata: include_all_metadata shows it."""
    mark = Metadata("card", {"id": "r-1"})
    ts = client.chat_postMessage(channel=ML_OPS, text="one", metadata=mark)["ts"]
    client.chat_update(channel=ML_OPS, ts=ts, text="two")
    assert said(client)["metadata"] == {"event_type": "card", "event_payload": {"id": "r-1"}}
    assert "metadata" not in client.conversations_history(channel=ML_OPS)["messages"][0]
    for wrong, code in (
        ({"event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "x"}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": "x" * 17_000}}, "metadata_too_large"),
    ):
        assert refused(client.api_call, api_method="chat.postMessage", json=marked(wrong)) == code


def test_metadata_is_kept_from_who_may_not_read_it() -> None:
    """https://docs.slack.dev/reference/scopes/metadata.message.read: it allows to read the metadata of messages."""
    with WorkspaceServer(demo_workspace(manifest(scopes=("chat:write", "channels:history")))) as server:
        client = unretrying(server)
        client.chat_postMessage(channel=ML_OPS, text="one", metadata=Metadata("card", {"id": "r-1"}))
        assert "metadata" not in said(client)


def test_replies_stand_in_their_thread(client: WebClient) -> None:
    """https://docs.slack.dev/messaging/retrieving-messages: replies are read with conversations.replies."""
    parent = client.chat_postMessage(channel=ML_OPS, text="parent")["ts"]
    reply = client.chat_postMessage(channel=ML_OPS, text="reply", thread_ts=parent)["ts"]
    client.chat_postMessage(channel=ML_OPS, text="for all", thread_ts=parent, reply_broadcast=True)
    shown = [message["text"] for message in client.conversations_history(channel=ML_OPS)["messages"]]
    assert shown == ["for all", "parent"]
    assert said(client)["thread_ts"] == parent
    thread = client.conversations_replies(channel=ML_OPS, ts=parent)["messages"]
    assert [message["text"] for message in thread] == ["parent", "reply", "for all"]
    assert thread[1]["ts"] == reply
    assert refused(client.conversations_replies, channel=ML_OPS, ts="1.000001") == "thread_not_found"


def test_a_file_is_announced_sent_and_shared(client: WebClient) -> None:
    """https://docs.slack.dev/messaging/working-with-files: upload by an address, then files.completeUploadExternal."""
    client.files_upload_v2(channel=ML_OPS, content="a,b\n1,2", filename="table.csv", title="Table")
    [file] = said(client)["files"]
    assert (file["title"], file["size"]) == ("Table", 7)
    token = {"Authorization": "Bearer xoxb-sandbox"}
    assert httpx.get(file["url_private"], headers=token).text == "a,b\n1,2"
    assert httpx.get(file["url_private"]).status_code == 307
    asked = client.files_getUploadURLExternal(filename="b.txt", length=3)
    once: Callable[[bytes], int] = lambda body: httpx.post(asked["upload_url"], content=body).status_code  # noqa: E731
    assert [once(b"four"), once(b"thr"), once(b"thr")] == [400, 200, 404]
    shared = [{"id": asked["file_id"], "title": "B"}]
    assert client.files_completeUploadExternal(files=shared)["ok"]
    assert refused(client.files_completeUploadExternal, files=shared) == "file_not_found"


def test_a_reaction_is_put_once_and_taken_once(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/reactions.add: already_reacted, invalid_name; reactions.remove."""
    where = {"channel": ML_OPS, "timestamp": client.chat_postMessage(channel=ML_OPS, text="x")["ts"]}
    assert client.reactions_add(**where, name="tada")["ok"]
    assert said(client)["reactions"] == [{"name": "tada", "users": ["U0BOT"], "count": 1}]
    assert refused(client.reactions_add, **where, name="tada") == "already_reacted"
    assert refused(client.reactions_add, **where, name="Not an emoji!") == "invalid_name"
    assert client.reactions_remove(**where, name="tada")["ok"]
    assert refused(client.reactions_remove, **where, name="tada") == "no_reaction"
    assert "reactions" not in said(client)


def test_a_channel_takes_one_message_a_second(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/apis/web-api/rate-limits: chat.postMessage, 1 a second for each channel."""
    control.post("/rates", pace="real")
    client.chat_postMessage(channel=ML_OPS, text="one")
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=ML_OPS, text="two")
    reply = error.value.response
    assert (reply.status_code, reply.headers["Retry-After"], reply["error"]) == (429, "1", "ratelimited")
    assert client.chat_postMessage(channel=APPROVALS, text="elsewhere")["ok"]
    control.post("/clock", advance=1)
    assert client.chat_postMessage(channel=ML_OPS, text="two")["ok"]


@pytest.mark.parametrize(("pace", "wait"), [("real", 60), ("fast", 6)])
def test_a_method_is_limited_by_its_tier(client: WebClient, control: Control, pace: str, wait: int) -> None:
    """https://docs.slack.dev/apis/web-api/rate-limits: usergroups.list is of tier 2, 20 a minute."""
    control.post("/rates", pace=pace)
    for _ in range(20):
        client.usergroups_list()
    with pytest.raises(SlackApiError) as error:
        client.usergroups_list()
    assert int(error.value.response.headers["Retry-After"]) in range(wait - 3, wait + 1)
    assert client.users_info(user=MAYA)["ok"]
    control.post("/clock", advance=wait)
    assert client.usergroups_list()["ok"]


@pytest.mark.parametrize(
    ("method", "a_minute"),
    [
        ("apps.connections.open", 50),
        ("reactions.add", 50),
        ("reactions.remove", 20),
        ("users.list", 20),
        ("users.info", 100),
    ],
)
def test_a_method_is_of_the_tier_that_its_page_names(method: str, a_minute: int) -> None:
    """The page of each method, https://docs.slack.dev/reference/methods/METHOD, names its tier."""
    rates = RateLimits(lambda: 1_000.0, "real")
    assert [rates.wait(method, ML_OPS) for _ in range(a_minute)] == [None] * a_minute
    assert rates.wait(method, ML_OPS) == 60


@pytest.mark.parametrize("method", [*METHODS, "apps.connections.open"])
def test_no_method_is_without_a_limit(method: str) -> None:
    """The page of each method, https://docs.slack.dev/reference/methods/METHOD, names its tier."""
    now = [1_000.0]
    rates = RateLimits(lambda: now[0], "real")
    passed = 0
    while rates.wait(method, ML_OPS) is None:
        passed += 1
        assert passed < 1_000
    assert passed in {1, 20, 50, 100, 600}
    now[0] += 60
    assert rates.wait(method, ML_OPS) is None


def test_without_rates_nothing_is_held_up(client: WebClient, control: Control) -> None:
    """No page: the setting `off` is for whoever doesn't want to wait."""
    control.post("/rates", pace="off")
    assert all(client.chat_postMessage(channel=ML_OPS, text="x")["ok"] for _ in range(3))
    assert control.post("/rates", pace="hectic")["error"] == "invalid_arguments"


def marked(metadata: JSON) -> JSON:
    return {"channel": ML_OPS, "text": "x", "metadata": metadata}
