"""The app's manifest: what Slack must know of the bot, from what the bot listens to and calls."""

from __future__ import annotations

from typing import Any

SCOPES = (
    "app_mentions:read",  # being spoken to by name
    "channels:history",  # finding a message that may have been posted, rather than posting it twice
    "chat:write",  # answers, cards
    "commands",  # the slash command
    "files:write",  # archives, settings, pictures, and what is too long for a message
    "groups:history",  # as channels:history, in private channels
    "im:history",  # what people write to the bot directly, and looking through it for what was said already
    "im:write",  # naming such a conversation, so that it can be looked through
    "metadata.message:read",  # telling by its mark whether a message is the one that is looked for
    "usergroups:read",  # grants to user groups; without it they don't count
    "users:read",  # who people are, without which nothing is done for anybody; and their names
)

EVENTS = (
    "app_home_opened",  # somebody looks at their Home
    "app_mention",
    "message.im",  # somebody writes to the bot directly
)


ANYTHING, PUBLISH_THIS = "api_designer", "publish_version"
"""The callback ids of the shortcuts."""

SHORTCUTS = (
    {
        "name": "API Designer",
        "type": "global",
        "callback_id": ANYTHING,
        "description": "List, package or publish API services",
    },
    {
        "name": "Publish this version",
        "type": "message",
        "callback_id": PUBLISH_THIS,
        "description": "Ask for the package of this message to be published",
    },
)


def manifest(command_name: str, request_url: str | None = None) -> dict[str, Any]:
    """Describe the app; with a `request_url` for HTTP, without one for Socket Mode."""
    address = {"url": request_url} if request_url is not None else {}
    request = {"request_url": request_url} if request_url is not None else {}
    options = {"message_menu_options_url": request_url} if request_url is not None else {}
    command = {
        "command": command_name,
        "description": "API services of Dataiku: list, package, publish",
        "usage_hint": "help | packages PROJECT/SERVICE | publish PROJECT/SERVICE VERSION",
        "should_escape": True,
        **address,
    }
    return {
        "display_information": {
            "name": "opsbot",
            "description": "The API Designer of a Dataiku design node, in Slack",
            "background_color": "#17324d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,  # what nobody else need read is told there
                "messages_tab_read_only_enabled": False,  # Slack takes slash commands there, too
            },
            "bot_user": {"display_name": "opsbot", "always_online": True},
            "shortcuts": [dict(shortcut) for shortcut in SHORTCUTS],
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request, **options},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }
