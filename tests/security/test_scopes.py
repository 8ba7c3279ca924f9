"""The app asks Slack for no scope that isn't used, and lists what each one is for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from opsbot.sandbox.workspace.webapi.table import METHODS
from opsbot.slack import manifest

SOURCES = "\n".join(path.read_text() for path in Path("opsbot/slack").rglob("*.py"))
CALLED = {
    method: each for method, each in METHODS.items() if re.search(rf"client\.{method.replace('.', '_')}\(", SOURCES)
}
"""The methods of the Web API that the chat surface calls."""

HEARD = {
    "app_mentions:read": "app_mention",
    "im:history": "message.im",
}
"""The scopes without which Slack doesn't tell of an event."""

APP = manifest("/apid")


def is_used(scope: str) -> bool:
    settings = APP["settings"]
    if scope == "commands":
        return bool(APP["features"]["slash_commands"]) and settings["interactivity"]["is_enabled"]
    if scope == "metadata.message:read":  # it belongs to no method: it has replies show what messages are about
        return "include_all_metadata=True" in SOURCES
    heard = HEARD.get(scope) in settings["event_subscriptions"]["bot_events"]
    return heard or any(scope in method.scopes for method in CALLED.values())


@pytest.mark.parametrize("scope", APP["oauth_config"]["scopes"]["bot"])
def test_every_scope_is_needed_by_something_that_is_called_or_heard(scope: str) -> None:
    assert is_used(scope)


@pytest.mark.parametrize("scope", ["chat:write.public", "files:read", "users:read.email", "channels:read", "admin"])
def test_a_scope_that_nothing_needs_would_be_found(scope: str) -> None:
    assert not is_used(scope)


def test_no_token_of_a_person_is_asked_for() -> None:
    assert set(APP["oauth_config"]["scopes"]) == {"bot"}
