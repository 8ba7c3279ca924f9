"""A real process of `opsbot serve`, with what it needs around it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import manifest
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

JSON = dict[str, Any]

PATIENCE = 30.0
NAMES_ITS_MODULES = (
    "import signal, sys;"
    "signal.signal(signal.SIGUSR1, lambda *_: print('modules', *sorted(sys.modules), flush=True));"
    "from opsbot.cli.program import main; main(sys.argv[1:])"
)
"""Runs the command line as it is, and says when it is asked what is loaded."""


@dataclass
class Served:
    """A workspace, a node, and the bot in a process of its own."""

    folder: Path
    slack: WorkspaceServer
    node: DesignerServer
    secrets: dict[str, str]
    process: subprocess.Popen[str] | None = None
    starts: int = field(default=0)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.secrets}

    @property
    def config(self) -> Path:
        return self.folder / "opsbot.toml"

    def configure(self, rules: str) -> None:
        """Write the configuration, with these grants and policies."""
        self.config.write_text(
            f'[slack]\napi_url = "{self.slack.url}/api/"\n[nodes.design]\nurl = "{self.node.url}"\n'
            f'[database]\nurl = "sqlite:///{self.folder / "opsbot.db"}"\n[http]\nport = 0\n{rules}'
        )

    def start(self) -> None:
        """Start the process, and wait until Slack is connected to it."""
        self.starts += 1
        with self._log_file(self.starts).open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", NAMES_ITS_MODULES, "serve", "--config", str(self.config)],
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        assert "opsbot is ready" in self.process.stdout.readline(), self.log()
        self.slack.wait_for_app(PATIENCE)

    def stop(self) -> float:
        """Tell it to end; gives how many seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, self.log()
        self.process = None
        return time.monotonic() - began

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def modules(self) -> list[str]:
        """Name what is loaded in the process."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGUSR1)
        return self.process.stdout.readline().split()

    def log(self) -> str:
        """All that its processes logged."""
        return "".join(self._log_file(number + 1).read_text() for number in range(self.starts))

    def command(self, text: str, user: str = "maya") -> None:
        body = {"channel": "ml-ops", "user": user, "command": "/apid", "text": text}
        assert httpx.post(f"{self.slack.url}/_control/command", json=body, timeout=PATIENCE).json()["acked"]

    def messages(self, user: str = "maya") -> list[JSON]:
        url = f"{self.slack.url}/_control/messages/ml-ops"
        seen: list[JSON] = httpx.get(url, params={"user": user}, timeout=PATIENCE).json()["messages"]
        return seen

    def wait_for(self, text: str, user: str = "maya") -> None:
        self.wait(lambda: any(text in each["text"] for each in self.messages(user)))

    def wait_for_log(self, text: str) -> None:
        self.wait(lambda: text in self.log())

    def wait(self, holds: Callable[[], bool]) -> None:
        wait_until(holds, PATIENCE, instead=lambda: self.log()[-3000:])

    def _log_file(self, number: int) -> Path:
        return self.folder / f"serve-{number}.log"


@contextmanager
def served(
    folder: Path,
    rules: str,
    *,
    api_key: str = "sandbox",
    bot_token: str = "xoxb-sandbox",
    app_token: str = "xapp-sandbox",
    signing_secret: str = "sandbox",
) -> Iterator[Served]:
    """Have everything there but the process; that one is ended in the end, if it goes on."""
    workspace = demo.workspace(
        manifest("/apid"),
        bot_token=bot_token,
        app_token=app_token,
        signing_secret=signing_secret,
    )
    app = workspace.app
    secrets = {
        "OPSBOT_SLACK__BOT_TOKEN": app.bot_token,
        "OPSBOT_SLACK__APP_TOKEN": app.app_token,
        "OPSBOT_SLACK__SIGNING_SECRET": app.signing_secret,
        "OPSBOT_NODES__DESIGN__API_KEY": api_key,
    }
    with WorkspaceServer(workspace) as slack, DesignerServer(api_key=api_key) as node:
        made = Served(folder, slack, node, secrets)
        made.configure(rules)
        try:
            yield made
        finally:
            if made.process is not None:
                made.process.kill()
                made.process.communicate()
