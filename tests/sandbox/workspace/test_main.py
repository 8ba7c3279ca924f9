"""The workspace as a command, for any Bolt app."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from tests.sandbox.workspace.support import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = (sys.executable, "-m", "opsbot.sandbox.workspace", "--port", "0", "--manifest")


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run it in front, where Ctrl-C counts: tests that run in the background have it ignored, and so would their children."""
    command = [*COMMAND, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=_heed_ctrl_c) as process:  # noqa: PLW1509 - it starts no thread
        try:
            yield process
        finally:
            process.kill()


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_it_serves_a_manifest_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    path.write_text(json.dumps(manifest()))
    with running(str(path), "--rates", "real") as process:
        assert process.stdout is not None
        greeting = "".join(iter(process.stdout.readline, "Ctrl-C ends it.\n"))
        assert "xapp-sandbox" in greeting
        found = re.search(r"http://127\.0\.0\.1:\d+", greeting)
        assert found is not None
        headers = {"Authorization": "Bearer xoxb-sandbox"}
        assert httpx.post(f"{found[0]}/api/auth.test", headers=headers).json()["ok"]
        calls = [httpx.post(f"{found[0]}/api/usergroups.list", headers=headers).status_code for _ in range(21)]
        assert (calls[19], calls[20]) == (200, 429)
        assert "opsbot" in httpx.get(found[0]).text
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    assert process.returncode == 0


def test_an_unreadable_manifest_is_named(tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_text("[unclosed")
    ended = subprocess.run([*COMMAND, str(path)], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert "app.yaml is not readable" in ended.stderr


def test_a_port_that_is_taken_is_said_with_how_to_name_another(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    path.write_text(json.dumps(manifest()))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*COMMAND[:3], "--port", port, "--manifest", str(path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        f"I can't listen on 127.0.0.1:{port}: Address already in use. --port N takes another"
    )
