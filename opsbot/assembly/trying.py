"""The sandbox: a workspace, a design node and the bot, in one process and over loopback."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from opsbot.assembly.bot import Bot
from opsbot.config import Config
from opsbot.errors import ConfigError
from opsbot.sandbox import demo
from opsbot.sandbox.backstage import Backstage
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.page import mount_page
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND = "/apid"


class _Actor:
    """The bot of the sandbox. Each start is of another bot, with a database of its own that ends with it."""

    def __init__(self, designer_url: str, api_key: str) -> None:
        self._server: WorkspaceServer | None = None
        self._designer_url = designer_url
        self._api_key = api_key
        self._running: ExitStack | None = None
        self._turn = threading.Lock()
        self._is_over = False

    def join(self, server: WorkspaceServer) -> None:
        """Be the app of a workspace from now on."""
        self._server = server
        self.start()

    def start(self) -> None:
        """Return once the bot hears the workspace."""
        with self._turn, ExitStack() as stack:
            if self._server is None or self._is_over:
                return  # somebody pressed reset as the sandbox was ending
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="opsbot-"))
            config = demo_config(self._server.url, self._designer_url, self._api_key, Path(folder))
            stack.enter_context(Bot(config))
            self._server.wait_for_app()
            self._running = stack.pop_all()

    def stop(self) -> None:
        """End the bot and its database; twice is the same as once."""
        with self._turn:
            running, self._running = self._running, None
            if running is not None:
                running.close()

    def leave(self) -> None:
        """End the bot for good."""
        self._is_over = True
        self.stop()


@contextmanager
def everything(host: str, port: int, api_key: str, scenario: str | None = None) -> Iterator[str]:
    """Run all of it; gives the address of the page, whose first visitor is told the story that is named."""
    workspace = demo.workspace(manifest(_COMMAND))
    with _listening(host, port), DesignerServer(api_key=api_key) as designer:
        actor = _Actor(designer.url, api_key)
        backstage = Backstage(designer.site, actor, opening=scenario)
        dress = partial(mount_page, title="opsbot", backstage=backstage)
        with WorkspaceServer(workspace, host, port, dress=dress) as server, ExitStack() as stack:
            stack.callback(actor.leave)
            actor.join(server)
            yield server.url


@contextmanager
def _listening(host: str, port: int) -> Iterator[None]:
    """Say in a sentence when the address can't be had."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
            raise
        raise ConfigError(
            f"I can't listen on {host}:{port}: {os.strerror(error.errno)}. --port N takes another."
        ) from error


@contextmanager
def designer_only(host: str, port: int, api_key: str) -> Iterator[str]:
    """Run the design node's stand-in alone; gives its address."""
    with _listening(host, port), DesignerServer(port=port, host=host, api_key=api_key) as designer:
        yield designer.url


def demo_config(workspace_url: str, designer_url: str, api_key: str, folder: Path) -> Config:
    """Configure the bot for the demo's people: who they are there is what they may do here."""
    return Config.model_validate(
        {
            "slack": {
                "command": _COMMAND,
                "api_url": f"{workspace_url}/api/",
                "bot_token": "xoxb-sandbox",
                "app_token": "xapp-sandbox",
            },
            "nodes": {"design": {"url": designer_url, "api_key": api_key}},
            "database": {"url": f"sqlite:///{folder / 'opsbot.db'}"},
            "http": {"port": 0},
            "people": demo.LOGINS,
            "grants": [
                {"role": "viewer", "users": [demo.VIC.id]},
                {"role": "designer", "users": [demo.MAYA.id, demo.GRACE.id]},
                {"role": "packager", "users": [demo.MAYA.id, demo.GRACE.id]},
                {"role": "publisher", "users": [demo.MAYA.id, demo.OMAR.id]},
                {"role": "approver", "groups": ["@ml-approvers"]},
                {"role": "admin", "users": [demo.ADA.id]},
            ],
            "policies": [
                {
                    "name": "two-people",
                    "services": ["design:CHURN/*"],
                    "approvals_channel": "C02APPROVALS",
                    "quorum": {"approver": 2},
                }
            ],
            "watches": [{"channel": demo.NEWS, "services": ["design:*"]}],
            "watching": {"poll_interval": "2s"},
        }
    )
