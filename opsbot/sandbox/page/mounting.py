"""Puts the page on the server of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

import nicegui
from nicegui import ui
from starlette.responses import RedirectResponse
from starlette.routing import Route

from opsbot.sandbox.backstage_api import BackstageAPI
from opsbot.sandbox.page import attachments
from opsbot.sandbox.page.screen import Screen
from opsbot.sandbox.page.unread import ReadMarks
from opsbot.sandbox.page.workbench import Behind
from opsbot.sandbox.storyteller import Storyteller

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.applications import Starlette
    from starlette.requests import Request

    from opsbot.sandbox.backstage import Backstage
    from opsbot.sandbox.workspace.interactions import Interactions
    from opsbot.sandbox.workspace.state import Workspace

_HERE = Path(__file__).parent
_MICROSECOND_DIGITS = 6


def mount_page(
    app: Starlette,
    workspace: Workspace,
    interactions: Interactions,
    *,
    title: str = "Sandbox",
    backstage: Backstage | None = None,
) -> None:
    """Serve the page at `/`, and permalinks into it; with a `backstage`, also what one may do behind the workspace.

    NiceGUI is one application per process: of several servers in a process, the page is on the one mounted last.
    """
    marks = ReadMarks(workspace)
    style = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sorted((_HERE / "styles").glob("*.css")))
    scripts = "\n".join(script.read_text(encoding="utf-8") for script in sorted((_HERE / "scripts").glob("*.js")))
    behind: Behind | None = None
    if backstage is not None:
        behind = Behind(backstage, Storyteller(workspace, interactions, backstage))
        app.state.description.mount("/_sandbox", BackstageAPI(workspace, backstage, behind.teller).operations())

    def root(user: str | None = None, channel: str | None = None, thread: str | None = None) -> None:
        ui.add_css(style)
        ui.add_head_html(f"<script>{scripts}</script>")
        Screen(workspace, interactions, marks, title, behind).start(user, channel, thread)

    app.router.routes.append(Route("/archives/{channel}/{link}", _follow_permalink))
    app.router.routes.extend(attachments.routes(workspace))
    # Once it has served, NiceGUI's application takes no more middleware; mounted again, it begins anew.
    nicegui.app.user_middleware.clear()
    nicegui.app.middleware_stack = None
    ui.run_with(
        cast("FastAPI", app),  # it needs no more of it than a Starlette has
        root=root,
        title=title,
        favicon="💬",
        tailwind=False,
        dark=None,
        show_welcome_message=False,
        reconnect_timeout=30,
    )


async def _follow_permalink(request: Request) -> RedirectResponse:
    """Lead `/archives/C01/p1700000000000100` to the message, in its thread if it is in one."""
    digits = request.path_params["link"].removeprefix("p")
    ts = f"{digits[:-_MICROSECOND_DIGITS]}.{digits[-_MICROSECOND_DIGITS:]}"
    thread = request.query_params.get("thread_ts", ts)
    return RedirectResponse("/?" + urlencode({"channel": request.path_params["channel"], "thread": thread}))
