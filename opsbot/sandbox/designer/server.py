"""The stand-in as a server: in a thread of a test or a sandbox, or for ever on its own."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from opsbot.sandbox.designer.site import DesignerSite
from opsbot.sandbox.designer.wire import Connection

if TYPE_CHECKING:
    import ssl
    from os import PathLike

    from opsbot.sandbox.designer.faults import Faults
    from opsbot.sandbox.designer.node import Node


class DesignerServer:
    """A stand-in for a design node on a thread of its own.

        with DesignerServer() as server:
            client = DSSClient(server.url, "sandbox")

    `port` 0 takes a free one. `latency` is in seconds, for every reply. With `state_file` the state is read from there
    and kept there; without, or where there is none yet, it starts with the demo, unless `seed` is False.
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        api_key: str = "sandbox",
        latency: float = 0.0,
        state_file: str | PathLike[str] | None = None,
        *,
        seed: bool = True,
        login: str = "opsbot",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        path = None if state_file is None else Path(state_file)
        self.site = DesignerSite(api_key, login, latency, path, seeded=seed)
        self._host = host
        self._port = port
        self._tls = tls
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._up = threading.Event()
        self._trouble: BaseException | None = None

    @property
    def url(self) -> str:
        """Where the node is, without a slash at the end. Known once the server runs."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}"

    @property
    def node(self) -> Node:
        return self.site.node

    @property
    def faults(self) -> Faults:
        return self.site.faults

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Return when the server takes requests. Raises OSError when it can't have the port."""
        self._thread = threading.Thread(target=self._run, name="designer-stand-in", daemon=True)
        self._thread.start()
        self._up.wait()
        if self._trouble is not None:
            self._thread.join()
            raise self._trouble

    def stop(self) -> None:
        """Hang up on everybody and end the thread. Twice is the same as once."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def wait(self) -> None:
        """Block until the server is stopped."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._trouble = error
        finally:
            self._up.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = await self._loop.create_server(
            lambda: Connection(self.site), self._host, self._port, ssl=self._tls, backlog=512
        )
        self._port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._stopping.wait()
        server.close()
        for connection in list(self.site.connections):
            connection.abort()
        await server.wait_closed()


def serve_forever(
    port: int = 0,
    host: str = "127.0.0.1",
    api_key: str = "sandbox",
    latency: float = 0.0,
    state_file: str | PathLike[str] | None = None,
) -> None:
    """Serve until interrupted, after printing where."""
    with DesignerServer(port, host, api_key, latency, state_file) as server:
        print(f"A stand-in for a design node is at {server.url} (API key: {api_key}).", flush=True)  # noqa: T201  # a command's output
        try:
            server.wait()
        except KeyboardInterrupt:
            return
