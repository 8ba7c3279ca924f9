"""auth.test, api.test, apps.*: who the app is and how it connects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.shapes import JSON
    from opsbot.sandbox.workspace.webapi.calls import Call


def auth_test(call: Call) -> JSON:
    """auth.test: whom the token belongs to."""
    workspace = call.workspace
    return {
        "ok": True,
        "url": f"{workspace.url}/",
        "team": workspace.name,
        "user": workspace.app.manifest.bot_name,
        "team_id": workspace.team_id,
        "user_id": workspace.app.bot_user,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


def api_test(call: Call) -> JSON:
    """api.test: the arguments, or the error that was asked for."""
    error = call.text("error")
    arguments = {name: value for name, value in call.arguments.items() if name != "token"}
    if error is not None:
        raise RefusedError(error, args=arguments)
    return {"ok": True, "args": arguments}


def open_connection(call: Call) -> JSON:
    """apps.connections.open: where one Socket Mode connection can be made.

    An app that is told by HTTP may connect too, is warned that it will hear nothing there, and is greeted all the same.
    """
    workspace = call.workspace
    base = workspace.url.replace("http", "ws", 1)
    url = f"{base}/link/?ticket={workspace.tickets.give_socket()}&app_id={workspace.app.app_id}"
    if workspace.app.manifest.socket_mode:
        return {"ok": True, "url": url}
    return {"ok": True, "url": url, "response_metadata": {"messages": ["[WARN] Socket Mode is not turned on."]}}
