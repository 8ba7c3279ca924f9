"""What stands behind the workspace in a whole sandbox: the design node, and the app that can begin anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opsbot.sandbox.designer.site import DesignerSite
    from opsbot.sandbox.workspace.state import Workspace

Listener = Callable[[], None]


class App(Protocol):
    """The app that the sandbox is for. Both methods block."""

    def stop(self) -> None:
        """Finish what was begun and let go of everything, what it remembers included."""
        ...

    def start(self) -> None:
        """Begin as if there had been nothing before; returns when it hears."""
        ...


class Backstage:
    """The node and the app behind a workspace. It belongs to the event loop that serves the workspace."""

    def __init__(self, site: DesignerSite, app: App, *, opening: str | None = None) -> None:
        """`opening` names the story that the first visitor is told."""
        self.site = site
        self.opening = opening
        self.is_resetting = False
        self._app = app
        self._lock = asyncio.Lock()
        self._listeners: list[Listener] = []
        self._resets: set[asyncio.Task[None]] = set()

    async def reset(self, workspace: Workspace) -> None:
        """Begin anew with everything: the app and its database, what was said, the node. Faults don't hold it up.

        While the app is away nobody hears what people do, so whoever listens is told before and after. Who gives up
        waiting doesn't stop it half-way.
        """
        resetting = asyncio.get_running_loop().create_task(self._reset(workspace))
        self._resets.add(resetting)
        resetting.add_done_callback(self._resets.discard)
        await asyncio.shield(resetting)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` whenever something changed behind the workspace, until what is returned is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def ring(self) -> None:
        """Tell everybody who listens that something changed."""
        for listener in tuple(self._listeners):
            listener()

    async def _reset(self, workspace: Workspace) -> None:
        async with self._lock:
            self.is_resetting = True
            self.ring()
            try:
                self.site.recover()
                await asyncio.to_thread(self._app.stop)
                self.site.reset()
                workspace.reset()
                await asyncio.to_thread(self._app.start)
            finally:
                self.is_resetting = False
                self.ring()
