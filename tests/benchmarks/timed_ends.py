"""A design node or a Slack that notes when each call came and was answered: python -m tests.benchmarks.timed_ends.

Both are the sandbox's own, each in a process of its own. GET /_calls gives what was called since it was last asked.
"""

import argparse
import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.designer.http11 import Reply, Request, json_reply
from opsbot.sandbox.designer.site import DesignerSite
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.sandbox.workspace.channels import Channel
from opsbot.slack import manifest
from tests.benchmarks.road import Call
from tests.benchmarks.slack_request import BOT_TOKEN, SIGNING_SECRET, channel_of

if TYPE_CHECKING:
    from opsbot.sandbox.designer.faults import Fault

API_KEY: Final = "bench-key"
CALLS: Final = "/_calls"
RESPONSE: Final = "/response/"
_KINDS: Final = frozenset({"projects", "apiservices", "settings", "packages", "summary", "publish", "services"})


class TimedSite(DesignerSite):
    """The node; a call begins when all of it is there, before anything delays its answer."""

    def __init__(self, delay: float) -> None:
        super().__init__(API_KEY, "opsbot", delay, None, seeded=True)
        self._came: dict[int, float] = {}
        self._calls: list[Call] = []

    def fault_of(self, request: Request) -> "Fault | None":
        self._came[id(request)] = time.monotonic()
        return super().fault_of(request)

    def delay_of(self, request: Request) -> float:
        return 0.0 if request.path == CALLS else super().delay_of(request)

    def answer(self, request: Request) -> Reply:
        came = self._came.pop(id(request))
        if request.path == CALLS:
            calls, self._calls = self._calls, []
            return json_reply([astuple(call) for call in calls])
        reply = super().answer(request)
        self._calls.append(Call(name_of(request), came, time.monotonic()))
        return reply


class TimedApi:
    """Around the workspace: notes its Web API's calls, and delays their answers.

    The load makes up its commands, so it knows no response_url of the workspace: what is said to one of its own, which
    ends in the command's number, is passed on to one for the command's channel.
    """

    def __init__(self, app: ASGIApp, workspace: Workspace, delay: float, channels: int) -> None:
        self._app = app
        self._workspace = workspace
        self._delay = delay
        self._channels = channels
        self._calls: list[Call] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == CALLS:
            calls, self._calls = self._calls, []
            await JSONResponse([astuple(call) for call in calls])(scope, receive, send)
        elif path.startswith("/api/"):
            came = time.monotonic()
            await asyncio.sleep(self._delay)
            await self._app(scope, receive, send)
            self._calls.append(Call(path.removeprefix("/api/"), came, time.monotonic()))
        elif path.startswith(RESPONSE):
            channel = channel_of(int(path.removeprefix(RESPONSE)) % self._channels)
            secret = self._workspace.tickets.give_response(channel, demo.MAYA.id, None, None)
            path = f"/response/{self._workspace.team_id}/{secret}"
            await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, send)
        else:
            await self._app(scope, receive, send)


def name_of(request: Request) -> str:
    """Say what is called without naming one package or service, except which service a publish is for."""
    kinds = [part for part in request.path.rstrip("/").split("/") if part in _KINDS]
    target = parse_qs(request.query).get("publishedServiceId", [""])[0]
    return f"{request.method} {kinds[-1] if kinds else request.path}{f' {target}' if target else ''}"


def node(delay: float, _channels: int) -> DesignerServer:
    server = DesignerServer()
    server.site = TimedSite(delay)
    return server


def slack(delay: float, channels: int) -> WorkspaceServer:
    everybody = frozenset({demo.BOT, *(person.id for person in demo.PEOPLE)})
    workspace = demo.workspace(
        manifest("/apid", "http://127.0.0.1:9/slack/events"),
        channels=[Channel(channel_of(number), f"fraud-{number}", everybody) for number in range(channels)],
        bot_token=BOT_TOKEN,
        signing_secret=SIGNING_SECRET,
    )
    return WorkspaceServer(workspace, dress=partial(_time, delay=delay, channels=channels))


def _time(app: Starlette, workspace: Workspace, *_: object, delay: float, channels: int) -> None:
    app.add_middleware(TimedApi, workspace=workspace, delay=delay, channels=channels)


ENDS: Final[dict[str, Callable[[float, int], DesignerServer | WorkspaceServer]]] = {"node": node, "slack": slack}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("end", choices=ENDS)
    parser.add_argument("--delay", type=float, default=0.03, help="seconds before each answer")
    parser.add_argument("--channels", type=int, default=1, help="how many Slack has")
    asked = parser.parse_args()
    with ENDS[asked.end](asked.delay, asked.channels) as server:
        print(server.url.rpartition(":")[2], flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
