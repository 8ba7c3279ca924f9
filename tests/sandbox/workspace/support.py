"""A tiny app of the sort that a workspace is for, and what drives it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from slack_bolt import App
from slack_sdk import WebClient

from opsbot.sandbox import demo
from opsbot.sandbox.workspace.line import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from slack_sdk.errors import SlackApiError

    from opsbot.sandbox.workspace import Channel, Workspace, WorkspaceServer

JSON = dict[str, Any]

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "im:write",
    "metadata.message:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
)


def manifest(*, scopes: tuple[str, ...] = SCOPES, socket_mode: bool = True, should_escape: bool = True) -> JSON:
    return {
        "display_information": {"name": "opsbot"},
        "features": {
            "bot_user": {"display_name": "opsbot"},
            "app_home": {"home_tab_enabled": True},
            "slash_commands": [
                {
                    "command": "/apid",
                    "description": "API services",
                    "usage_hint": "packages SERVICE",
                    "should_escape": should_escape,
                },
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes)}},
        "settings": {
            "event_subscriptions": {"bot_events": ["app_mention", "message.channels", "app_home_opened"]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": socket_mode,
        },
    }


def demo_workspace(
    app_manifest: JSON | None = None, *, channels: tuple[Channel, ...] = demo.CHANNELS, **rest: Any
) -> Workspace:
    return demo.workspace(
        app_manifest if app_manifest is not None else manifest(),
        channels=channels,
        **rest,
    )


def web_client(server: WorkspaceServer, token: str = "xoxb-sandbox") -> WebClient:
    return WebClient(token, base_url=f"{server.url}/api/")


def bolt_app(server: WorkspaceServer) -> App:
    return App(
        client=web_client(server),
        signing_secret=server.workspace.app.signing_secret,
        process_before_response=True,
    )


@contextmanager
def connected(app: App, server: WorkspaceServer) -> Iterator[None]:
    with Line(app):
        server.wait_for_app()
        yield


def code_of(error: pytest.ExceptionInfo[SlackApiError]) -> str:
    return str(error.value.response["error"])


class Control:
    """The control API, as a test wants it."""

    def __init__(self, server: WorkspaceServer) -> None:
        self._client = httpx.Client(base_url=f"{server.url}/_control", timeout=10)

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, **body: Any) -> JSON:
        reply: JSON = self._client.post(path, json=body).json()
        return reply

    def get(self, path: str) -> JSON:
        reply: JSON = self._client.get(path).json()
        return reply

    def call_off_trouble(self) -> None:
        self._client.delete("/trouble")

    def command(self, text: str, *, user: str = "maya", channel: str = "ml-ops", **rest: Any) -> JSON:
        return self.post("/command", channel=channel, user=user, command="/apid", text=text, **rest)

    def say(self, text: str, *, user: str = "maya", channel: str = "ml-ops", thread_ts: str | None = None) -> JSON:
        return self.post("/message", channel=channel, user=user, text=text, thread_ts=thread_ts)

    def click(self, ts: str, action: Any, *, user: str = "maya", channel: str = "ml-ops") -> JSON:
        return self.post("/interact", channel=channel, user=user, messageTs=ts, action=action)

    def messages(self, channel: str = "ml-ops", *, user: str | None = None) -> list[JSON]:
        seen: list[JSON] = self.get(f"/messages/{channel}" + (f"?user={user}" if user else ""))["messages"]
        return seen


def section(text: str = "Hello", **rest: Any) -> JSON:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **rest}


def button(action_id: str = "go", value: str = "1", **rest: Any) -> JSON:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": "Go"},
        "value": value,
        **rest,
    }


def select(*values: str) -> JSON:
    options = [{"text": {"type": "plain_text", "text": value.title()}, "value": value} for value in values]
    return {"type": "static_select", "action_id": "pick", "options": options}


def actions(*elements: JSON, block_id: str = "acts") -> JSON:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}
