"""The command line as it is run, in this process or in one of its own, and what it needs to begin with."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from opsbot.cli import main
from opsbot.sandbox import demo

if TYPE_CHECKING:
    from pathlib import Path


class Run(Protocol):
    """Runs the command line in this process; gives the exit code, and what was said where."""

    def __call__(self, *words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]: ...


NOWHERE = "http://127.0.0.1:9"
SECRETS = {
    "OPSBOT_SLACK__BOT_TOKEN": "xoxb-sandbox",
    "OPSBOT_SLACK__APP_TOKEN": "xapp-sandbox",
    "OPSBOT_SLACK__SIGNING_SECRET": "sandbox",
    "OPSBOT_NODES__DESIGN__API_KEY": "sandbox",
}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command line in this process; gives the exit code, and what was said where."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def process(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "opsbot", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **(env or {})}
    )


def written(folder: Path, slack_url: str = NOWHERE, node_url: str = NOWHERE) -> str:
    """Write a configuration without any secret."""
    path = folder / "opsbot.toml"
    path.write_text(
        f"""
        [slack]
        api_url = "{slack_url}/api/"
        [nodes.design]
        url = "{node_url}"
        [database]
        url = "sqlite:///{folder / "opsbot.db"}"
        [http]
        port = 0
        [[grants]]
        role = "admin"
        users = ["{demo.MAYA.id}"]
        """
    )
    return str(path)
