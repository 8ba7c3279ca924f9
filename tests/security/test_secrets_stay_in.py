"""Canaries in the place of all secrets: whatever fails, none of them is written anywhere."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from opsbot.sandbox import demo
from tests.security.served import PATIENCE, served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.security.served import Served

BOT, APP, KEY = "xoxb-canary-1111", "xapp-canary-2222", "canary/of.the+node"
SIGNING = "canary0f0f0f0f5165"
TYPED = "xoxb-typed-3333"
"""What somebody typed is kept and shown where they typed it to, but nowhere else."""
CANARIES = (BOT, APP, KEY, SIGNING)
ADMIN = f'[[grants]]\nrole = "admin"\nusers = ["{demo.MAYA.id}"]\n[[policies]]\nservices = ["*"]\nquorum = {{}}\n'


def test_no_secret_gets_into_logs_messages_errors_the_store_or_the_evidence(tmp_path: Path) -> None:
    with served(tmp_path, ADMIN, api_key=KEY, bot_token=BOT, app_token=APP, signing_secret=SIGNING) as bot:
        bot.start()
        faults = bot.node.site.faults
        echo = {"errorType": "java.lang.Exception", "message": f"no such key: {KEY}; Authorization: Basic {KEY}"}
        faults.add("GET /projects/*/apiservices/*/packages", "status", status=500, body=echo, times=1)
        bot.command("packages FRAUD/scoring")
        bot.wait_for("[secret]")
        faults.add("GET /projects/*/apiservices", "html", times=1)
        bot.command("services FRAUD")
        faults.add("GET /projects/CHURN/savedmodels/", "reset_before", times=4)
        bot.command("models CHURN")
        faults.add("POST /projects/*/apiservices/*/packages/*/publish", "status", status=400, body=echo, times=1)
        bot.command(f'publish FRAUD/scoring v4 --as svc --reason "the token is {TYPED}"')
        bot.wait_for("was not published")
        bot.command(f"packages {TYPED}")  # a word that isn't one, told back to who typed it alone
        bot.wait_for_log("not done")
        bot.stop()
        written = {"the log": bot.log(), "the database": _bytes(tmp_path), "the evidence": _exported(bot)}
    written["what was said in Slack"] = str(
        [each for each in bot.slack.workspace.log if each["kind"] in {"api", "response_url", "upload"}]
    )
    assert [where for where in ("the log", "the evidence") if TYPED in written[where]] == []
    found = {where: [each for each in CANARIES if each in text] for where, text in written.items()}
    assert {where: canaries for where, canaries in found.items() if canaries} == {}


def _bytes(folder: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in folder.glob("opsbot.db*"))


def _exported(bot: Served) -> str:
    said = ""
    for more in (["export", "--request", "1", "-o", str(bot.folder / "bundle.json")], ["verify"]):
        command = [sys.executable, "-m", "opsbot", "audit", *more, "--config", str(bot.config)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=bot.environment
        )
        said += done.stdout + done.stderr
        assert done.returncode in {0, 1}, said
    return said + (bot.folder / "bundle.json").read_text()
