"""users.*, usergroups.*, bots.*, team.*: who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.shapes import JSON, group_json, person_json

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.webapi.calls import Call


def user_info(call: Call) -> JSON:
    """users.info: one person."""
    return {"ok": True, "user": person_json(call.workspace, call.workspace.directory.get(call.required("user")))}


def list_users(call: Call) -> JSON:
    """users.list: everybody."""
    people, metadata = call.page(call.workspace.directory.people)
    return {"ok": True, "members": [person_json(call.workspace, person) for person in people], **metadata}


def list_groups(call: Call) -> JSON:
    """usergroups.list: the user groups, with their people if asked for."""
    users = call.flag("include_users")
    groups = [group_json(call.workspace, group, users=users) for group in call.workspace.directory.groups]
    return {"ok": True, "usergroups": groups}


def list_group_users(call: Call) -> JSON:
    """usergroups.users.list: the people of one group."""
    usergroup = call.required("usergroup")
    for group in call.workspace.directory.groups:
        if group.id == usergroup:
            return {"ok": True, "users": list(group.members)}
    raise RefusedError("no_such_subteam")


def bot_info(call: Call) -> JSON:
    """bots.info: the app's own bot."""
    app = call.workspace.app
    if call.text("bot") not in (None, app.bot_id):
        raise RefusedError("bot_not_found")
    bot = {"id": app.bot_id, "deleted": False, "name": app.manifest.bot_name, "app_id": app.app_id}
    return {"ok": True, "bot": bot | {"user_id": app.bot_user, "icons": {}, "updated": 0}}


def team_info(call: Call) -> JSON:
    """team.info: the workspace."""
    workspace = call.workspace
    return {"ok": True, "team": {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain}}
