"""A stand-in for a Slack workspace: a server with state that any Bolt app can be pointed at.

    with WorkspaceServer(Workspace(manifest)) as server:
        client = WebClient(token="xoxb-sandbox", base_url=server.url + "/api/")

`state` and the modules beside it hold the workspace and its rules and know no HTTP; `webapi` is what the app may call,
`delivery` how it is told, `interactions` what people do, `control` the same for scripts and tests, `conditions_control`
what goes wrong on demand, the rates, and the clock.
"""

from __future__ import annotations

from opsbot.sandbox.workspace.channels import Channel
from opsbot.sandbox.workspace.files import FileLimits
from opsbot.sandbox.workspace.hands import Hands
from opsbot.sandbox.workspace.people import Person, UserGroup
from opsbot.sandbox.workspace.server import WorkspaceServer, create_app
from opsbot.sandbox.workspace.state import Timing, Workspace

__all__ = [
    "Channel",
    "FileLimits",
    "Hands",
    "Person",
    "Timing",
    "UserGroup",
    "Workspace",
    "WorkspaceServer",
    "create_app",
]
