"""The methods that there are, with the scopes that Slack documents for them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.webapi import apps, chat, conversations, files, people, reactions, views
from opsbot.sandbox.workspace.webapi.calls import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "api.test": Method(apps.api_test, caller="anyone"),
        "auth.test": Method(apps.auth_test),
        "apps.connections.open": Method(apps.open_connection, caller="app"),
        "bots.info": Method(people.bot_info, ("users:read",)),
        "chat.delete": Method(chat.delete, ("chat:write",)),
        "chat.getPermalink": Method(chat.get_permalink),
        "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
        "chat.postMessage": Method(chat.post_message, ("chat:write",)),
        "chat.update": Method(chat.update, ("chat:write",)),
        "conversations.history": Method(conversations.history, _HISTORY, family="history"),
        "conversations.info": Method(conversations.info, _READ, family="read"),
        "conversations.join": Method(conversations.join, ("channels:join",)),
        "conversations.list": Method(conversations.list_channels, _READ, family="read"),
        "conversations.members": Method(conversations.members, _READ, family="read"),
        "conversations.open": Method(conversations.open_direct, ("im:write",)),
        "conversations.replies": Method(conversations.replies, _HISTORY, family="history"),
        "files.completeUploadExternal": Method(files.complete_upload, ("files:write",)),
        "files.getUploadURLExternal": Method(files.get_upload_url, ("files:write",)),
        "files.info": Method(files.info, ("files:read",)),
        "reactions.add": Method(reactions.add, ("reactions:write",)),
        "reactions.remove": Method(reactions.remove, ("reactions:write",)),
        "team.info": Method(people.team_info, ("team:read",)),
        "usergroups.list": Method(people.list_groups, ("usergroups:read",)),
        "usergroups.users.list": Method(people.list_group_users, ("usergroups:read",)),
        "users.conversations": Method(conversations.list_own, _READ, family="read"),
        "users.info": Method(people.user_info, ("users:read",)),
        "users.list": Method(people.list_users, ("users:read",)),
        "views.open": Method(views.open_view),
        "views.publish": Method(views.publish),
        "views.push": Method(views.push),
        "views.update": Method(views.update),
    }
)
