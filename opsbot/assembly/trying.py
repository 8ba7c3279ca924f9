"""The sandbox: a workspace, a design node and the bot, in one process and over loopback."""

from __future__ import annotations

import errno
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from opsbot.assembly.bot import Bot
from opsbot.config import Config
from opsbot.errors import ConfigError
from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.page import mount_page
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND = "/apid"


@contextmanager
def everything(host: str, port: int, api_key: str) -> Iterator[str]:
    """Run all of it; gives the address of the page."""
    workspace = Workspace(manifest(_COMMAND), people=demo.PEOPLE, channels=demo.CHANNELS, user_groups=demo.USER_GROUPS)
    with (
        _listening(host, port),
        tempfile.TemporaryDirectory(prefix="opsbot-") as folder,
        DesignerServer(api_key=api_key) as designer,
        WorkspaceServer(workspace, host, port, dress=partial(mount_page, title="opsbot")) as server,
        Bot(demo_config(server.url, designer.url, api_key, Path(folder))),
    ):
        server.wait_for_app()
        yield server.url


@contextmanager
def _listening(host: str, port: int) -> Iterator[None]:
    """Say in a sentence when the address can't be had."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
            raise
        raise ConfigError(f"I can't listen on {host}:{port}: {error.strerror}. --port N takes another.") from error


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
            "policies": [{"services": ["design:CHURN/*"], "approvals_channel": "C02APPROVALS"}],
            "channels": [{"id": "C02APPROVALS", "announce": ["design:FRAUD/*"]}],
        }
    )
