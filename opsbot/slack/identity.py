"""Who the bot is in its workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.errors import ConfigError
from opsbot.slack.transport.calls import CALL_ERRORS, in_words

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from opsbot.domain.models import MessageRef


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot as Slack knows it."""

    user: str
    bot: str
    team: str
    url: str = ""
    enterprise: str = ""

    def is_of(self, team: str, enterprise: str = "") -> bool:
        """Tell whether somebody of this team, or this organisation of teams, is at home where the bot is."""
        homes = {self.team, self.enterprise} - {""}
        return team in homes or enterprise in homes

    def link_to(self, message: MessageRef) -> str:
        """Give the address of a message, as Slack itself writes it; nothing where Slack didn't say its own."""
        return f"{self.url}archives/{message.channel}/p{message.ts.replace('.', '')}" if self.url else ""


def who_am_i(client: WebClient) -> Identity:
    """Ask Slack whose token it is; raises ConfigError where Slack doesn't take it, or doesn't answer."""
    try:
        reply = client.auth_test()
    except CALL_ERRORS as error:
        raise ConfigError(f"Slack doesn't take the bot token, or doesn't answer: {in_words(error)}.") from error
    return Identity(
        reply["user_id"],
        reply.get("bot_id") or "",
        reply["team_id"],
        reply.get("url") or "",
        reply.get("enterprise_id") or "",
    )


def try_app_token(client: WebClient, app_token: str) -> None:
    """Ask Slack for a Socket Mode connection, and make none; raises ConfigError where it gives none."""
    try:
        client.apps_connections_open(app_token=app_token)
    except CALL_ERRORS as error:
        raise ConfigError(f"Slack doesn't take the app token, or doesn't answer: {in_words(error)}.") from error


def try_people(client: WebClient, bot: Identity) -> None:
    """Ask Slack who somebody is, be it the bot; raises ConfigError where it doesn't say, since then nobody is served."""
    try:
        client.users_info(user=bot.user)
    except CALL_ERRORS as error:
        raise ConfigError(
            f"Slack doesn't say who people are ({in_words(error)}), so nothing is done for anybody: "
            "the app needs the scope users:read."
        ) from error
