"""The app that is installed for the tests of conformance, and how its refusals are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.workspace.support import SCOPES, manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.sandbox.workspace import WorkspaceServer

JSON = dict[str, Any]

ML_OPS, APPROVALS, RANDOM = "C01MLOPS", "C02APPROVALS", "C03RANDOM"
MAYA, OMAR = "U01MAYA", "U02OMAR"

ALL_SCOPES = (
    *SCOPES,
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "team:read",
)


def every_scope(**settings: Any) -> JSON:
    """The manifest of an app that may do everything that the workspace knows."""
    made = manifest(scopes=ALL_SCOPES, **settings)
    made["settings"]["event_subscriptions"]["bot_events"] += ["message.groups", "message.im", "member_joined_channel"]
    made["features"]["shortcuts"] = [
        {"name": "Ask", "type": "global", "callback_id": "ask", "description": "Ask something"},
        {"name": "Keep", "type": "message", "callback_id": "keep", "description": "Keep this message"},
    ]
    return made


def unretrying(server: WorkspaceServer, token: str = "xoxb-sandbox") -> WebClient:
    """Slack's client without what hides failures from a test."""
    return WebClient(token, base_url=f"{server.url}/api/", retry_handlers=[])


def refusal(call: Callable[..., Any], **arguments: Any) -> JSON:
    """What a call is refused with."""
    with pytest.raises(SlackApiError) as error:
        call(**arguments)
    reply = error.value.response.data
    assert isinstance(reply, dict)
    return reply


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """The code that a call is refused with."""
    return str(refusal(call, **arguments)["error"])
