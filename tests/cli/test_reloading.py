"""SIGHUP in the first moments of a process, when there is nothing yet that could read a configuration again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from tests.security.served import PATIENCE, served

if TYPE_CHECKING:
    from pathlib import Path


def test_a_hangup_while_the_bot_is_loaded_and_built_is_survived_and_followed(tmp_path: Path) -> None:
    with served(tmp_path, "") as bot:
        command = [sys.executable, "-X", "importtime", "-m", "opsbot", "serve", "--config", str(bot.config)]
        bot.process = subprocess.Popen(
            command, env=bot.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert bot.process.stderr is not None
        end = threading.Timer(PATIENCE, bot.process.kill)  # else one that says nothing is listened to for ever
        end.start()
        moments = ["click", "opsbot.cli", "opsbot.assembly.bot"]  # as they are loaded, one after the other
        for line in bot.process.stderr:
            loaded = line.rpartition("|")[2].strip()
            if moments and loaded == moments[0]:
                bot.process.send_signal(signal.SIGHUP)
                moments.pop(0)
            if "the configuration was read again" in line:
                break
        end.cancel()
        assert (moments, bot.process.poll()) == ([], None)
        bot.process.send_signal(signal.SIGTERM)
        said, _ = bot.process.communicate(timeout=PATIENCE)
        assert (bot.process.returncode, said.partition(";")[0]) == (0, "opsbot is ready")
        bot.process = None


def test_a_hangup_ends_what_is_no_bot(tmp_path: Path) -> None:
    pipe = tmp_path / "opsbot.toml"
    os.mkfifo(pipe)
    heeding = ["env", "--default-signal=HUP"]  # tests that go on without a terminal have it ignored, and so would this
    process = subprocess.Popen([*heeding, sys.executable, "-m", "opsbot", "check", "--config", str(pipe)])
    with pipe.open("w"):  # it reads its configuration, and waits for the rest of it
        process.send_signal(signal.SIGHUP)
        assert process.wait(PATIENCE) == -signal.SIGHUP
