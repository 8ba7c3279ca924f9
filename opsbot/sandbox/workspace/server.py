"""The workspace as a server: one ASGI app, and a thread that serves it."""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from opsbot.sandbox.workspace.conditions_control import ConditionsControl
from opsbot.sandbox.workspace.control import Control
from opsbot.sandbox.workspace.events import Events
from opsbot.sandbox.workspace.file_serving import FileServing
from opsbot.sandbox.workspace.hanging_up import HTTPProtocol, WebSocketProtocol
from opsbot.sandbox.workspace.http_delivery import HTTPDelivery
from opsbot.sandbox.workspace.interactions import Interactions
from opsbot.sandbox.workspace.openapi import Description
from opsbot.sandbox.workspace.responses import Responses
from opsbot.sandbox.workspace.socket_mode import SocketMode
from opsbot.sandbox.workspace.state import Workspace
from opsbot.sandbox.workspace.troubled import troubled
from opsbot.sandbox.workspace.webapi.door import WebAPI

if TYPE_CHECKING:
    from types import TracebackType

    from opsbot.sandbox.workspace.delivery import Delivery

Dress = Callable[[Starlette, Workspace, Interactions], None]

_STOP_SECONDS = 5
_START_SECONDS = 10
_NAP_SECONDS = 0.01
_TICK_SECONDS = 0.1
_EVERY_INTERFACE = ("0.0.0.0", "::", "")  # noqa: S104 - these are recognised, not chosen


def create_app(workspace: Workspace, *, dress: Dress | None = None) -> Starlette:
    """Return the ASGI app of a workspace; `dress` may add to it, such as a page to look at."""
    sockets = SocketMode(workspace)
    delivery: Delivery = sockets if workspace.app.manifest.socket_mode else HTTPDelivery(workspace)
    events = Events(workspace, delivery)
    responses = Responses(workspace)
    interactions = Interactions(workspace, delivery, responses, events)
    app = Starlette(
        lifespan=lambda _: _telling(workspace, events, delivery),
        routes=[
            Route("/api/{method}", troubled(workspace, "api", WebAPI(workspace).endpoint), methods=["GET", "POST"]),
            Route(
                "/response/{team}/{secret}",
                troubled(workspace, "response_url", responses.endpoint, "response_url"),
                methods=["POST"],
            ),
            *FileServing(workspace).routes(),
            WebSocketRoute("/link/", sockets.endpoint),
        ],
    )
    description = Description(app)
    description.mount(
        "/_control",
        [
            *Control(workspace, interactions, delivery).operations(),
            *ConditionsControl(workspace, delivery).operations(),
        ],
    )
    app.state.delivery = delivery
    app.state.description = description
    if dress is not None:
        dress(app, workspace, interactions)
    return app


@asynccontextmanager
async def _telling(workspace: Workspace, events: Events, delivery: Delivery) -> AsyncIterator[None]:
    """Tell the app of every change in the workspace, for as long as the server runs."""
    unsubscribe = workspace.subscribe(events.on_change)
    try:
        yield
    finally:
        unsubscribe()
        await events.close()
        await delivery.close()


class WorkspaceServer:
    """Serves a workspace in a thread of its own, on a port that is free unless one is named.

    `url` is known before it starts. As a context manager it starts on entering and stops on leaving.
    """

    def __init__(
        self, workspace: Workspace, host: str = "127.0.0.1", port: int = 0, *, dress: Dress | None = None
    ) -> None:
        self.workspace = workspace
        self._socket = _bind(host, port)
        bound: int = self._socket.getsockname()[1]
        self.url = workspace.url = f"http://{'127.0.0.1' if host in _EVERY_INTERFACE else host}:{bound}"
        self._app = create_app(workspace, dress=dress)
        config = uvicorn.Config(
            self._app,
            http=HTTPProtocol,
            ws=WebSocketProtocol,
            log_level="warning",
            access_log=False,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._serve, name="sandbox-workspace", daemon=True)

    def start(self) -> None:
        """Serve from now on; returns when the first call would be answered."""
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS):
            raise TimeoutError(f"The workspace at {self.url} did not start within {_START_SECONDS} s.")

    def wait_for_app(self, seconds: float = 5.0) -> None:
        """Block until the app has a Socket Mode connection, which it opens in the background."""
        until = time.monotonic() + seconds
        while self._app.state.delivery.connections == 0:
            if time.monotonic() > until:
                raise TimeoutError(f"No app connected to {self.url} within {seconds} s.")
            time.sleep(_NAP_SECONDS)

    def stop(self) -> None:
        """Close every connection and end the thread; twice is the same as once."""
        self._server.end()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def wait(self) -> None:
        """Block until the server ends."""
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


class _Server(uvicorn.Server):
    """Says when it is ready, and ends as soon as it is told to and nobody is left, rather than when it looks next."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Have it end, from another thread; one that never began won't begin."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ending.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        """Do what is done every tenth of a second, until the end."""
        for count in itertools.count():
            if await self.on_tick(count):
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), _TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of everybody; who is still being answered has a few seconds."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                while state.connections or state.tasks:  # noqa: ASYNC110 - uvicorn tells of neither
                    await asyncio.sleep(_NAP_SECONDS)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
