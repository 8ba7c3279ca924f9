"""Two versions of opsbot over one PostgreSQL: `python -m tests.chaos.versions REVISION`, the one before as git names it.

The old version serves, with a publish that waits and with watches; the new one migrates, starts beside it, and takes over
from one that is killed in the middle of a publish. Then one goes back: the old version starts on the new schema, or says
why it won't. All the while people type. It takes more than a minute, since the processes are those that `opsbot serve`
makes, at the pace that they have.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import Hands, WorkspaceServer
from opsbot.sandbox.workspace.hands import buttons
from opsbot.slack import manifest
from tests.postgres import server_in, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = dict[str, Any]

NEW = Path(__file__).parents[2]
RULES = f"""
[http]
port = 0
[watching]
poll_interval = "2s"
[[grants]]
role = "viewer"
users = ["{demo.VIC.id}", "{demo.NILS.id}"]
[[grants]]
role = "publisher"
users = ["{demo.MAYA.id}"]
[[grants]]
role = "approver"
groups = ["@ml-approvers"]
[[watches]]
channel = "{demo.NEWS}"
services = ["design:FRAUD/*"]
"""
SLOW = "POST /projects/*/apiservices/*/packages/*/publish"
_LOST = 2
"""So many acknowledgements or answers may be lost with whoever is killed; who typed sees that, and asks again."""


class House:
    """A workspace, a node and a database, with replicas of both versions over them."""

    def __init__(self, folder: Path, url: str, slack: WorkspaceServer, node: DesignerServer) -> None:
        self.hands = Hands(slack.url, patience=90)
        self.wrong: list[str] = []
        self._node, self._folder, self._replicas = node, folder, list[subprocess.Popen[str]]()
        self._config = folder / "opsbot.toml"
        places = f'[slack]\napi_url = "{slack.url}/api/"\n[nodes.design]\nurl = "{node.url}"\n'
        self._config.write_text(places + RULES)
        app = slack.workspace.app
        self._secrets = {
            "OPSBOT_SLACK__BOT_TOKEN": app.bot_token,
            "OPSBOT_SLACK__APP_TOKEN": app.app_token,
            "OPSBOT_NODES__DESIGN__API_KEY": "sandbox",
            "OPSBOT_DATABASE__URL": url,
        }

    def run(self, version: Path, *command: str) -> int:
        """Run a command of a version to its end, and show what it says."""
        how = self._how(version, *command)
        done = subprocess.run(**how, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        said = " ".join(done.stdout.split())
        print(f"{_name(version)} `opsbot {' '.join(command)}` ends with {done.returncode}: {said}", flush=True)
        return done.returncode

    def start(self, version: Path) -> subprocess.Popen[str] | None:
        """Start a replica of a version; None where it won't."""
        log = self._folder / f"{len(self._replicas)}-{_name(version)}.log"
        with log.open("w") as errors:
            process = subprocess.Popen(**self._how(version, "serve"), stdout=subprocess.PIPE, stderr=errors)
        self._replicas.append(process)
        assert process.stdout is not None
        is_ready = "is ready" in process.stdout.readline()
        print(f"{_name(version)} {'serves' if is_ready else f'does not serve: {log.read_text().strip()}'}", flush=True)
        return process if is_ready else None

    def ask(self, target: str) -> JSON:
        """Have a publish asked for; gives its card."""
        self.hands.command(f"publish FRAUD/scoring v4 --as {target}")
        card = f"to `{target}`"
        return self.hands.wait(lambda: next(filter(buttons, self._said(card)), None), card)

    def approve(self, *cards: JSON) -> None:
        for card in cards:
            self.hands.click(self.hands.again(card), "approve_request", user=demo.OMAR.name)

    def publish_slowly(self, number: int) -> dict[str, JSON]:
        """Have so many published, each by a node that answers late; gives their cards once the node is at all of them."""
        cards = {f"slow-{each}": self.ask(f"slow-{each}") for each in range(number)}
        self._node.faults.add(SLOW, "drip", seconds=6.0, pieces=2, times=number)
        self.approve(*cards.values())
        self.hands.wait_until(lambda: all(map(self._posts, cards)))
        return cards

    def look_at(self, card: JSON, target: str) -> None:
        """Wait for a publish to be over, and see whether it was done once and told once."""
        is_over = f"is published to `{target}`"
        self.hands.wait_for(is_over, demo.NEWS)
        self.hands.wait_for_reply(card, is_over)
        told = sum(is_over in each["text"] for each in self.hands.thread(card))
        times = (self._posts(target), told, len(self._said(is_over, demo.NEWS)))
        print(f"{target} was sent {times[0]}, told {times[1]} and watched {times[2]} times", flush=True)
        self.wrong += [f"{target} was done or told {times} times"] * (times != (1, 1, 1))

    def try_out(self, name: str) -> None:
        """Have a version published, and another one packaged on the node, and see whether each is told once."""
        card = self.ask(name)
        self.approve(card)
        self.look_at(card, name)
        self._node.node.create_package("FRAUD", "rules", name, by="script")
        self.hands.wait_for(f"packaged `{name}`", demo.NEWS)
        self.wrong += [f"{name} was news twice"] * (len(self._said(f"packaged `{name}`", demo.NEWS)) - 1)

    def logged(self, text: str) -> list[str]:
        """Find what was logged, by whichever replica."""
        logs = [(log.name, log.read_text()) for log in sorted(self._folder.glob("*.log"))]
        return [f"{name}: {line}" for name, told in logs for line in told.splitlines() if text in line]

    @contextmanager
    def typed_into(self) -> Iterator[None]:
        """Have people type all the while, and see whether each of them is acknowledged and answered."""
        over, sent = threading.Event(), list[bool]()

        def type_on() -> None:
            while not over.wait(0.25):
                who = (demo.VIC, demo.NILS)[len(sent) % 2].name
                sent.append(self.hands.command("packages FRAUD/rules", user=who)["acked"])

        typing = threading.Thread(target=type_on)
        typing.start()
        try:
            yield
        finally:
            over.set()
            typing.join()
        asked = "asked for the packages of `design:FRAUD/rules`"
        self.hands.wait_until(lambda: len(self._said(asked)) >= len(sent) - _LOST)
        print(f"{len(sent)} commands: {sum(sent)} acknowledged, {len(self._said(asked))} answered", flush=True)
        self.wrong += [f"{sent.count(False)} commands were not acknowledged"] * (sent.count(False) > _LOST)

    def close(self) -> None:
        for process in self._replicas:  # all are told before one is waited for
            process.terminate()
        for process in self._replicas:
            process.wait(30)
        self.hands.close()

    def _said(self, text: str, channel: str = "ml-ops") -> list[JSON]:
        return [each for each in self.hands.messages(channel) if text in each["text"]]

    def _posts(self, target: str) -> int:
        asked = [each.query for each in self._node.site.seen if each.path.endswith("/publish")]
        return sum(f"publishedServiceId={target}" in query for query in asked)

    def _how(self, version: Path, *command: str) -> JSON:
        line = [sys.executable, "-m", "opsbot", *command, "--config", str(self._config)]
        env = {**os.environ, **self._secrets, "PYTHONPATH": str(version)}
        return {"args": line, "cwd": version, "env": env, "text": True}


def roll(house: House, old: Path) -> list[str]:
    """Roll out, and back; gives what was wrong."""
    house.run(old, "migrate")
    first, second = house.start(old), house.start(old)
    waiting = house.ask("waiting")
    with house.typed_into():
        house.wrong += ["the new version doesn't migrate"] * house.run(NEW, "migrate")
        house.try_out("migrated")
        goes_on = house.run(old, "migrate") == 0
        third = house.start(NEW)
        house.try_out("mixed")
        cards = house.publish_slowly(6)
        end(first, signal.SIGKILL)
        end(second)
        for target, card in cards.items():
            house.look_at(card, target)
        print(*house.logged("is taken over from"), sep="\n", flush=True)
        house.approve(waiting)
        house.look_at(waiting, "waiting")
        serves = house.start(old) is not None
        house.wrong += ["the old version's serve and migrate don't agree on the schema"] * (serves != goes_on)
        if serves:
            end(third)
            house.try_out("back")
    house.wrong += ["the audit has faults"] * house.run(NEW, "audit", "verify")
    return [*house.wrong, *house.logged("incident")]


def end(process: subprocess.Popen[str] | None, how: signal.Signals = signal.SIGTERM) -> None:
    assert process is not None
    process.send_signal(how)
    process.wait(30)


def main() -> int:
    (revision,) = sys.argv[1:]
    worktree = ["git", "-C", str(NEW), "worktree"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="opsbot-versions-")))
        old = folder / "old"
        subprocess.run([*worktree, "add", "--quiet", "--detach", str(old), revision], check=True)
        stack.callback(subprocess.run, [*worktree, "remove", "--force", str(old)], check=True)
        server = server_in(folder / "server")
        stack.callback(server.cleanup)
        node = stack.enter_context(DesignerServer())
        slack = stack.enter_context(WorkspaceServer(demo.workspace(manifest("/apid"))))
        house = House(folder, url_of(server), slack, node)
        stack.callback(house.close)
        wrong = roll(house, old)
    print("; ".join(wrong) or "nothing lost, nothing twice")
    return 1 if wrong else 0


def _name(version: Path) -> str:
    return "new" if version == NEW else "old"


if __name__ == "__main__":
    sys.exit(main())
