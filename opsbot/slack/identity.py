"""Who the bot is in its workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.errors import ConfigError
from opsbot.slack.transport.calls import CALL_ERRORS, error_code

if TYPE_CHECKING:
    from slack_sdk import WebClient


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot as Slack knows it."""

    user: str
    bot: str
    team: str


def who_am_i(client: WebClient) -> Identity:
    """Ask Slack whose token it is; raises ConfigError where Slack doesn't take it, or doesn't answer."""
    try:
        reply = client.auth_test()
    except CALL_ERRORS as error:
        raise ConfigError(f"Slack doesn't take the bot token, or doesn't answer: {error_code(error)}.") from error
    return Identity(reply["user_id"], reply.get("bot_id") or "", reply["team_id"])


def try_app_token(client: WebClient, app_token: str) -> None:
    """Ask Slack for a Socket Mode connection, and make none; raises ConfigError where it gives none."""
    try:
        client.apps_connections_open(app_token=app_token)
    except CALL_ERRORS as error:
        raise ConfigError(f"Slack doesn't take the app token, or doesn't answer: {error_code(error)}.") from error
