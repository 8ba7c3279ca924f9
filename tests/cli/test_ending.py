"""How processes end: by signals, early or twice, as the first of a container, and with work that doesn't end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import SECRETS, written

if TYPE_CHECKING:
    from pathlib import Path


def test_a_signal_counts_while_the_bot_starts_and_a_second_one_ends_it_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = written(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}", "http://127.0.0.1:9")
        command = [sys.executable, "-m", "opsbot", "serve", "--config", path]
        served = subprocess.Popen(command, env={**os.environ, **SECRETS})
        silent.settimeout(30)
        with silent.accept()[0]:
            served.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert served.poll() is None
            served.send_signal(signal.SIGTERM)
            assert served.wait(10) == -signal.SIGTERM


def unshared(*options: str) -> list[str]:
    """Begin a command that runs in a namespace of its own; skips where this machine allows none."""
    begun = ["unshare", "--user", *options]
    if shutil.which("unshare") is None or subprocess.run([*begun, "true"], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: this machine gives no namespaces (unshare)")
    return begun


def test_a_second_signal_ends_the_first_process_of_a_container_too() -> None:
    script = """
import os, subprocess, time
from opsbot.cli import End
assert os.getpid() == 1
end = End(600)
subprocess.run(["sh", "-c", "kill -TERM 1"])
end.wait()
subprocess.run(["sh", "-c", "kill -TERM 1"])
time.sleep(600)
"""
    command = [*unshared("--map-root-user", "--pid", "--fork"), sys.executable, "-c", script]
    assert subprocess.run(command, timeout=30, check=False).returncode == 128 + signal.SIGTERM


def test_the_first_process_of_a_container_is_ended_whatever_it_does(tmp_path: Path) -> None:
    pipe = tmp_path / "opsbot.toml"
    os.mkfifo(pipe)
    script = f"""
import os, sys
if os.fork():
    sys.argv[1:] = ["migrate", "--config", {str(pipe)!r}]
    from opsbot.__main__ import main
    main()
else:
    with open({str(pipe)!r}, "w"):  # it reads its configuration, and waits for the rest of it
        os.kill(1, 15)
        os.read(0, 1)
"""
    command = [*unshared("--map-root-user", "--pid", "--fork"), sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.wait(30) == 128 + signal.SIGTERM


def test_the_bot_begins_for_a_user_without_a_home(tmp_path: Path) -> None:
    nowhere = written(tmp_path)
    command = [*unshared("--map-user=54321"), sys.executable, "-m", "opsbot", "serve", "--config", nowhere]
    surroundings = {name: value for name, value in os.environ.items() if name != "HOME"}
    served = subprocess.run(
        command, env={**surroundings, **SECRETS}, capture_output=True, text=True, timeout=60, check=False
    )
    assert "home" not in served.stderr
    assert "Slack" in served.stderr  # so far it came: nobody answers there
    assert served.returncode == 1


def test_work_that_does_not_end_is_not_waited_for_for_ever() -> None:
    script = """
import threading, time
from opsbot.cli import End
end = End(0.2)
threading.Thread(target=time.sleep, args=(60,)).start()
print("ready", flush=True)
end.wait()
"""
    stuck = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert stuck.stdout is not None
    assert stuck.stdout.readline() == "ready\n"
    stuck.send_signal(signal.SIGTERM)
    _, said = stuck.communicate(timeout=30)
    assert stuck.returncode == 1
    assert said == "Not all work was done 0.2 s after the signal; I end without it.\n"
