"""Asking in the terminal, in this process or in one of its own."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

from opsbot.cli.screen import login
from opsbot.sandbox import demo
from opsbot.store import AuditStore, Database
from tests.cli.running import process, run
from tests.databases import put_database
from tests.stage import GRANTS

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    import pytest

MAYA = demo.MAYA.id
OMAR = demo.OMAR.id
NILS = demo.NILS.id
CHANGES = f'[terminal]\nchanges = true\n[terminal.people]\n{MAYA} = "{login()}"\n'


def written(folder: Path, node_url: str, more: str = "", *, slack_url: str = "", database_url: str = "") -> str:
    """Write a configuration without any token, unless Slack is named; the database is there already."""
    path = folder / "opsbot.db"
    url = database_url or (f"sqlite:///{path}" if path.exists() else put_database(path))
    grants = "\n".join(
        f"[[grants]]\n{''.join(f'{name} = {json.dumps(value)}{chr(10)}' for name, value in grant.items())}"
        for grant in GRANTS
    )
    slack = ""
    if slack_url:
        (folder / "token").write_text("xoxb-sandbox")
        slack = f'[slack]\napi_url = "{slack_url}/api/"\nbot_token_file = "{folder / "token"}"\n'
    path = folder / "opsbot.toml"
    (folder / "url").write_text(url)
    path.write_text(
        f'{slack}[nodes.design]\nurl = "{node_url}"\n[database]\nurl_file = "{folder / "url"}"\n{grants}\n'
        f'[[channels]]\nid = "C01MLOPS"\nproject = "FRAUD"\n{more}'
    )
    return str(path)


def ask(capsys: pytest.CaptureFixture[str], config: str, text: str, *options: str) -> tuple[int, str, str]:
    """Ask in this process, as maya unless somebody is named; gives the exit code, and what was said where."""
    who = () if "--user" in options else ("--user", MAYA)
    return run(capsys, "ask", text, *who, *options, "--config", config)


def ask_apart(config: str, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Ask in a process of its own."""
    return process("ask", text, *options, "--config", config)


def bodies(url: str) -> list[dict[str, Any]]:
    with closing(Database(url)) as database:
        return [json.loads(record.body) for record in AuditStore(database).records()]
