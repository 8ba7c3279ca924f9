"""Who may call what, and where: tokens, scopes, membership."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Channel, WorkspaceServer
from opsbot.sandbox.workspace.webapi.table import METHODS
from tests.sandbox.workspace.conformance.installed import (
    APPROVALS,
    MAYA,
    ML_OPS,
    RANDOM,
    every_scope,
    refusal,
    refused,
    unretrying,
)
from tests.sandbox.workspace.support import Control, demo_workspace, manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk import WebClient

OLD, SECRET, HIDDEN = "C0OLD", "G0SECRET", "G0HIDDEN"


@pytest.fixture(scope="module")
def server() -> Iterator[WorkspaceServer]:
    """A workspace with an archived channel, a private one with the bot and one without."""
    approvals = next(channel for channel in demo.CHANNELS if channel.id == APPROVALS)
    more = (
        replace(approvals, id=OLD, name="old", is_archived=True),
        Channel(SECRET, "secret", frozenset({MAYA, demo.BOT}), "private"),
        Channel(HIDDEN, "hidden", frozenset({MAYA}), "private"),
    )
    with WorkspaceServer(demo_workspace(every_scope(), channels=(*demo.CHANNELS, *more))) as running:
        yield running


@pytest.fixture(scope="module")
def unscoped() -> Iterator[WebClient]:
    """An app that was installed with a single scope, which no method asks for alone."""
    with WorkspaceServer(demo_workspace(manifest(scopes=("commands",)))) as running:
        yield unretrying(running)


def test_a_call_needs_a_token(server: WorkspaceServer) -> None:
    """https://docs.slack.dev/authentication/tokens: not_authed, invalid_auth, not_allowed_token_type."""
    said = {
        "": "not_authed",
        "xoxb-other": "invalid_auth",
        "xapp-sandbox": "not_allowed_token_type",
    }
    for token, code in said.items():
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        assert httpx.post(f"{server.url}/api/auth.test", headers=headers).json()["error"] == code


def test_socket_mode_needs_the_token_of_the_app(server: WorkspaceServer, client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/apps.connections.open: an app-level token, nothing else."""
    assert refused(client.apps_connections_open, app_token="xoxb-sandbox") == "not_allowed_token_type"
    assert unretrying(server).apps_connections_open(app_token="xapp-sandbox")["url"].startswith("ws://")


@pytest.mark.parametrize(
    ("method", "scopes"), [(name, method.scopes) for name, method in METHODS.items() if method.scopes]
)
def test_every_method_names_the_scope_that_it_needs(unscoped: WebClient, method: str, scopes: tuple[str, ...]) -> None:
    """The page of each method, https://docs.slack.dev/reference/methods/METHOD, names its scopes."""
    reply = refusal(unscoped.api_call, api_method=method)
    assert (reply["error"], reply["needed"], reply["provided"]) == ("missing_scope", ",".join(scopes), "commands")


def test_what_an_app_may_do_is_told_with_every_answer(client: WebClient) -> None:
    """X-OAuth-Scopes lists the scopes of the token, X-Accepted-OAuth-Scopes those that allow the method.

    No page at hand says so; Slack's own client reads both, https://docs.slack.dev/tools/node-slack-sdk/web-api, and what
    it read is seen in https://github.com/slackapi/bolt-js/issues/2496.
    """
    headers = {name.lower(): value for name, value in client.auth_test().headers.items()}
    assert "chat:write" in headers["x-oauth-scopes"].split(",")
    assert "x-accepted-oauth-scopes" not in headers
    headers = {name.lower(): value for name, value in client.users_info(user=MAYA).headers.items()}
    assert headers["x-accepted-oauth-scopes"] == "users:read"


def test_reading_a_private_channel_needs_a_scope_of_its_own() -> None:
    """https://docs.slack.dev/reference/methods/conversations.history: groups:history, im:history for the others."""
    channels = (*demo.CHANNELS, Channel(SECRET, "secret", frozenset({MAYA, demo.BOT}), "private"))
    scopes = ("channels:history", "channels:read", "chat:write")
    with WorkspaceServer(demo_workspace(manifest(scopes=scopes), channels=channels)) as server:
        client = unretrying(server)
        assert client.conversations_history(channel=ML_OPS)["ok"]
        for call, needed in (
            (client.conversations_history, "groups:history"),
            (client.conversations_info, "groups:read"),
        ):
            reply = refusal(call, channel=SECRET)
            assert (reply["error"], reply["needed"]) == ("missing_scope", needed)
        assert refusal(client.conversations_list, types="private_channel")["needed"] == "groups:read"
        direct = client.chat_postMessage(channel=MAYA, text="psst")["channel"]
        assert refusal(client.conversations_history, channel=direct)["needed"] == "im:history"


def test_an_address_is_shown_to_who_may_know_it() -> None:
    """https://docs.slack.dev/reference/scopes/users.read.email: without it profiles have no email."""
    for scopes, shown in ((("users:read",), False), (("users:read", "users:read.email"), True)):
        with WorkspaceServer(demo_workspace(manifest(scopes=scopes))) as server:
            profile = unretrying(server).users_info(user=MAYA)["user"]["profile"]
        assert ("email" in profile) is shown


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ("C0NOWHERE", "channel_not_found"),
        (HIDDEN, "channel_not_found"),
        (RANDOM, "not_in_channel"),
        (OLD, "is_archived"),
    ],
)
def test_a_bot_speaks_only_where_it_is(client: WebClient, channel: str, code: str) -> None:
    """https://docs.slack.dev/reference/methods/chat.postMessage lists these errors."""
    assert refused(client.chat_postMessage, channel=channel, text="x") == code
    assert refused(client.chat_postEphemeral, channel=channel, user=MAYA, text="x") == code
    assert client.chat_postMessage(channel=SECRET, text="x")["ok"]


def test_with_its_scope_a_bot_speaks_in_public_channels_that_it_is_not_in() -> None:
    """https://docs.slack.dev/reference/scopes/chat.write.public."""
    with WorkspaceServer(demo_workspace(manifest(scopes=("chat:write", "chat:write.public")))) as server:
        assert unretrying(server).chat_postMessage(channel=RANDOM, text="x")["ok"]


def test_an_ephemeral_is_for_somebody_in_the_channel(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral: user_not_in_channel."""
    assert refused(client.chat_postEphemeral, channel=SECRET, user="U02OMAR", text="x") == "user_not_in_channel"


def test_a_channel_that_is_closed_is_neither_joined_nor_listed_without_being_asked_for(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/conversations.join and conversations.list: exclude_archived."""
    assert refused(client.conversations_join, channel=OLD) == "is_archived"
    names = [channel["name"] for channel in client.conversations_list()["channels"]]
    open_names = [channel["name"] for channel in client.conversations_list(exclude_archived=True)["channels"]]
    assert [name for name in names if name not in open_names] == ["old"]
    assert refused(client.conversations_list, types="party") == "invalid_types"


def test_long_lists_come_in_pages(client: WebClient) -> None:
    """https://docs.slack.dev/apis/web-api/pagination: limit, next_cursor, invalid_cursor."""
    sizes = [len(page["members"]) for page in client.users_list(limit=3)]
    assert sizes == [3, 3, 1]
    first = client.conversations_list(limit=1)
    second = client.conversations_list(limit=1, cursor=first["response_metadata"]["next_cursor"])
    assert first["channels"][0]["id"] != second["channels"][0]["id"]
    listing: tuple[tuple[Any, dict[str, Any]], ...] = (
        (client.users_list, {}),
        (client.conversations_list, {}),
        (client.conversations_members, {"channel": ML_OPS}),
        (client.conversations_history, {"channel": ML_OPS}),
    )
    for call, where in listing:
        assert refused(call, cursor="nonsense", **where) == "invalid_cursor"
        assert refused(call, limit=0, **where) == "invalid_limit"


def test_the_people_of_a_group_are_listed(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/usergroups.users.list, usergroups.list: no_such_subteam."""
    [group] = client.usergroups_list(include_users=True)["usergroups"]
    assert client.usergroups_users_list(usergroup=group["id"])["users"] == group["users"] != []
    assert "users" not in client.usergroups_list()["usergroups"][0]
    assert refused(client.usergroups_users_list, usergroup="S0NONE") == "no_such_subteam"


def test_an_event_without_its_scope_is_never_told(control: Control) -> None:
    """https://docs.slack.dev/reference/events/app_mention: it needs app_mentions:read."""
    control.say("@opsbot hello")
    told = [entry["request"]["event"]["type"] for entry in heard(control)]
    assert sorted(told) == ["app_mention", "message"]
    with WorkspaceServer(demo_workspace(manifest(scopes=("channels:history",)))) as server:
        lacking = Control(server)
        lacking.say("@opsbot hello")
        told = [entry["request"]["event"]["type"] for entry in heard(lacking)]
        lacking.close()
    assert told == ["message"]


def heard(control: Control) -> list[dict[str, Any]]:
    """The events so far that were tried; nothing is connected here, so each fails at once."""
    log: list[dict[str, Any]] = control.get("/log")["log"]
    tried = {entry["request"]["event_id"]: entry for entry in log if entry["name"] == "events_api"}
    return list(tried.values())
