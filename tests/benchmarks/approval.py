"""From the click that approves to the publish on the wire: the bot's own time, on either database."""

import contextlib
import json
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.request import urlopen

from opsbot.sandbox import demo
from opsbot.store import Database, migrate
from tests.benchmarks.processes import Child, running
from tests.benchmarks.report import Row, limited
from tests.benchmarks.road import Call, Road, Roads, road
from tests.benchmarks.slack_request import BOT_TOKEN, SIGNING_SECRET, CommandSource, channel_of
from tests.benchmarks.timed_ends import API_KEY, CALLS
from tests.benchmarks.wire import read_message
from tests.ports import free_port
from tests.postgres import server_in, url_of

T = TypeVar("T")

CLICKS: Final = 50
WARM_UP: Final = 5
LIMIT_MS: Final = 50.0
PATIENCE: Final = 60.0
NAP: Final = 0.05
UNSEEN: Final = 0.5
"""Seconds after a click in which nobody looks: looking takes processor time that the bot could want."""
CONFIG: Final = """\
[slack]
mode = "http"
api_url = "http://127.0.0.1:{slack}/api/"

[nodes.design]
url = "http://127.0.0.1:{node}"

[http]
host = "127.0.0.1"
port = {port}

[work]
per_person = 100000

[[grants]]
role = "publisher"
users = ["{requester}"]

[[grants]]
role = "approver"
groups = ["@ml-approvers"]
"""


class ApprovalError(Exception):
    """A click came to nothing."""


def run(seconds: float, delay: float) -> list[Row]:
    """Click as often as there is time for, on a bot with SQLite and on one with PostgreSQL."""
    rows = []
    for kind, database in {"SQLite": sqlite, "PostgreSQL": postgres}.items():
        with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as url:
            roads = _measured(Path(folder), url, seconds, delay)
        rows.append(_row(f"approve click to publish, {kind}", roads))
    return rows


def _row(name: str, roads: Roads) -> Row:
    p50 = roads.own(0.5)
    return limited(f"{name}: own p50", p50, "ms", LIMIT_MS, str(roads))


@dataclass(slots=True)
class Hands:
    """What people do to the bot, and what is seen of it from the far ends."""

    bot: Child
    node: Child
    slack: Child
    node_calls: list[Call] = field(default_factory=list)
    slack_calls: list[Call] = field(default_factory=list)

    def ask(self, number: int) -> None:
        """Ask for a publish to a service of its own, in a channel of its own."""
        text = f"publish FRAUD/scoring v4 --as {target(number)}"
        self._send(self._source.command(number, demo.MAYA.id, text))

    def card(self, number: int) -> Mapping[str, Any]:
        """Wait for the request's card."""
        return _wait(lambda: next((said for said in self._messages(number) if _buttons(said)), None), "a card")

    def approve(self, number: int) -> Road:
        """Click on the card's Approve, and wait until the end of it is told."""
        card = self.card(number)
        button = next(button for button in _buttons(card) if button["action_id"] == "approve_request")
        request = self._source.click(number, demo.OMAR.id, card["ts"], button)
        clicked = time.monotonic()
        self._send(request)
        time.sleep(UNSEEN)
        publish = f"POST publish {target(number)}"
        _wait(lambda: any(call.name == publish for call in self._seen()), publish)
        _wait(lambda: any("is published to" in said["text"] for said in self._messages(number)), "an outcome")
        self._seen()
        return road(clicked, self.node_calls, self.slack_calls, publish)

    @property
    def _source(self) -> CommandSource:
        return CommandSource(f"http://127.0.0.1:{self.slack.port}")

    def _seen(self) -> list[Call]:
        self.node_calls += [Call(*call) for call in _get(self.node, CALLS)]
        self.slack_calls += [Call(*call) for call in _get(self.slack, CALLS)]
        return self.node_calls

    def _messages(self, number: int) -> list[Mapping[str, Any]]:
        said: list[Mapping[str, Any]] = _get(self.slack, f"/_control/messages/{channel_of(number)}")["messages"]
        return said

    def _send(self, request: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.bot.port), timeout=PATIENCE) as connection:
            connection.sendall(request)
            data = b""
            while (reply := read_message(data)) is None:
                received = connection.recv(65536)
                if not received:
                    raise ApprovalError("the bot hung up")
                data += received
        if reply.first_line.split(b" ")[1] != b"200" or reply.body:
            raise ApprovalError(f"the bot said {reply.first_line!r} {reply.body[:500]!r}")


def target(number: int) -> str:
    """Name the published service of a request; no two share one, since they would wait for each other."""
    return f"svc{number}"


def _measured(folder: Path, url: str, seconds: float, delay: float) -> Roads:
    with _hands(folder, url, delay) as hands:
        for number in range(WARM_UP + CLICKS):
            hands.ask(number)
        for number in range(WARM_UP + CLICKS):
            hands.card(number)
        for number in range(WARM_UP):
            hands.approve(number)
        until = time.monotonic() + seconds
        roads = [hands.approve(WARM_UP)]
        while len(roads) < CLICKS and time.monotonic() < until:
            roads.append(hands.approve(WARM_UP + len(roads)))
        return Roads(roads)


@contextlib.contextmanager
def _hands(folder: Path, url: str, delay: float) -> Iterator[Hands]:
    ends = ["-m", "tests.benchmarks.timed_ends"]
    timing = ["--delay", str(delay), "--channels", str(WARM_UP + CLICKS)]
    secrets = {
        "OPSBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
        "OPSBOT_SLACK__SIGNING_SECRET": SIGNING_SECRET,
        "OPSBOT_NODES__DESIGN__API_KEY": API_KEY,
        "OPSBOT_DATABASE__URL": url,
    }
    with running("node", [*ends, "node", *timing]) as node, running("Slack", [*ends, "slack", *timing]) as slack:
        port = free_port()
        config = folder / "opsbot.toml"
        config.write_text(CONFIG.format(slack=slack.port, node=node.port, port=port, requester=demo.MAYA.id))
        serve = ["-m", "opsbot", "serve", "--config", str(config)]
        with running("opsbot", serve, environment=secrets, port=port) as bot:
            yield Hands(bot, node, slack)


@contextlib.contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'opsbot.db'}"


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    server = server_in(folder / "postgres")
    try:
        url = url_of(server)
        database = Database(url)
        migrate(database)
        database.close()
        yield url
    finally:
        server.cleanup()


def _buttons(message: Mapping[str, Any]) -> list[dict[str, str]]:
    elements = [each for block in message.get("blocks", ()) if block["type"] == "actions" for each in block["elements"]]
    return [{"action_id": each["action_id"], "value": each["value"]} for each in elements]


def _get(child: Child, path: str) -> Any:
    with urlopen(f"http://127.0.0.1:{child.port}{path}", timeout=PATIENCE) as answer:
        return json.load(answer)


def _wait(look: Callable[[], T | None], what: str) -> T:
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > until:
            raise ApprovalError(f"waited in vain for {what}")
        time.sleep(NAP)
    return found
