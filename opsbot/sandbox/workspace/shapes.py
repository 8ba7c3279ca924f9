"""Slack's JSON of what is in the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.files import File
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.people import Person, UserGroup
    from opsbot.sandbox.workspace.state import Workspace
    from opsbot.sandbox.workspace.views import View

JSON = dict[str, Any]


def message_json(workspace: Workspace, message: Message, *, metadata: bool = False, counts: bool = True) -> JSON:
    """Return a message as the Web API and events show it; its metadata only to who asked for it."""
    shape: JSON = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    shape["team"] = workspace.team_id
    if message.subtype is not None:
        shape["subtype"] = message.subtype
    if message.user == workspace.app.bot_user:
        shape |= {"bot_id": workspace.app.bot_id, "app_id": workspace.app.app_id}
    if message.blocks:
        shape["blocks"] = list(message.blocks)
    if message.files:
        shape |= {"files": [file_json(workspace, file) for file in message.files], "upload": True}
    if message.thread_ts is not None:
        shape["thread_ts"] = message.thread_ts
    if message.edited_ts is not None:
        shape["edited"] = {"user": message.edited_by, "ts": message.edited_ts}
    if message.reactions:
        shape["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if metadata and message.metadata is not None:
        shape["metadata"] = dict(message.metadata)
    if counts:
        shape |= _thread_counts(workspace, message)
    return shape


def _thread_counts(workspace: Workspace, message: Message) -> JSON:
    if message.thread_ts is not None:
        return {}
    replies = workspace.messages.public_replies(message.channel, message.ts)
    if not replies:
        return {}
    authors = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": authors,
        "reply_users_count": len(authors),
        "latest_reply": replies[-1].ts,
    }


def file_json(workspace: Workspace, file: File) -> JSON:
    """Return a file as the Web API and messages show it; where it is shared, as the workspace knows it now."""
    place = f"{workspace.url}/files-pri/{workspace.team_id}-{file.id}"
    name = quote(file.name, safe="")
    shape: JSON = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.filetype,
        "pretty_type": file.pretty_type,
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": bool(file.snippet_type),
        "size": file.length,
        "mode": "snippet" if file.snippet_type else "hosted",
        "is_external": False,
        "external_type": "",
        "username": "",
        "url_private": f"{place}/{name}",
        "url_private_download": f"{place}/download/{name}",
        "permalink": f"{workspace.url}/files/{file.user}/{file.id}/{name}",
        **_shares(workspace, workspace.files.find(file.id) or file),
    }
    return shape | {"alt_txt": file.alt_text} if file.alt_text else shape


def _shares(workspace: Workspace, file: File) -> JSON:
    """Return in which channels of which kind a file is, and in which messages of them."""
    channels = [(workspace.channels.get(channel), ts) for channel, ts in file.shares]
    of_kind = {kind: [each.id for each, _ in channels if each.kind == kind] for kind in ("public", "private", "im")}
    shares: JSON = {}
    for channel, ts in channels:
        kind = "public" if channel.kind == "public" else "private"
        shares.setdefault(kind, {}).setdefault(channel.id, []).append({"ts": ts, "channel_name": channel.name})
    return {
        "is_public": bool(of_kind["public"]),
        "public_url_shared": False,
        "channels": of_kind["public"],
        "groups": of_kind["private"],
        "ims": of_kind["im"],
        "shares": shares,
        "has_rich_preview": False,
    }


def channel_json(workspace: Workspace, channel: Channel) -> JSON:
    """Return a conversation as the Web API shows it to the app."""
    shape: JSON = {
        "id": channel.id,
        "created": channel.created,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "public",
        "is_archived": channel.is_archived,
        "context_team_id": workspace.team_id,
    }
    if channel.kind == "im":
        return shape | {"user": next(iter(channel.members - {workspace.app.bot_user}), workspace.app.bot_user)}
    return shape | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": workspace.app.bot_user in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def person_json(workspace: Workspace, person: Person) -> JSON:
    """Return a user as the Web API shows it; the address only to an app that may know it."""
    email = f"{person.name}@{workspace.domain}.example"
    return {
        "id": person.id,
        "team_id": person.team or workspace.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "tz": person.tz,
        "profile": {
            "real_name": person.real_name,
            "display_name": person.name,
            "title": person.title,
            **({"email": email} if "users:read.email" in workspace.app.manifest.scopes else {}),
        },
        "is_bot": person.is_bot,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": False,
        "is_app_user": False,
        **({"is_stranger": True} if person.team else {}),
        "updated": 0,
    }


def group_json(workspace: Workspace, group: UserGroup, *, users: bool) -> JSON:
    """Return a user group as the Web API shows it, with its people only to who asked for them."""
    shape: JSON = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "date_delete": 0,
        "user_count": len(group.members),
    }
    return shape | {"users": list(group.members)} if users else shape


def view_json(workspace: Workspace, view: View) -> JSON:
    """Return a modal or Home as the Web API and payloads show it."""
    shape: JSON = {
        "id": view.id,
        "team_id": workspace.team_id,
        "app_id": workspace.app.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.app.bot_id,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "hash": view.hash,
        "state": {"values": dict(view.state or {})},
        "private_metadata": "",
        "callback_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "submit": None,
        "close": None,
        "external_id": "",
    }
    return shape | dict(view.content)


def user_stub(workspace: Workspace, person: Person) -> JSON:
    """Return who acted, as interactive payloads name them."""
    return {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team or workspace.team_id}


def channel_name_for_payload(channel: Channel) -> str:
    """Return the channel's name as payloads give it."""
    return "directmessage" if channel.kind == "im" else channel.name
