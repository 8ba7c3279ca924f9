"""Several bots over one database, a workspace and a node; and what must be true whoever was killed."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from opsbot.domain.audit import entry_of
from opsbot.domain.lifecycle import OPEN, State
from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import manifest
from opsbot.slack.blocks.stamps import stamp
from opsbot.store import AuditStore, Database, Keeper, NodeChangeStore, RequestStore, migrate
from tests.chaos.replica import live
from tests.stage import GRANTS, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from opsbot.domain.models import PublishRequest
    from tests.weather import Weather

JSON = dict[str, Any]

_PATIENCE = 60.0
_NAP = 0.02


@dataclass
class Replica:
    """One process of the bot."""

    process: BaseProcess
    port: int

    @property
    def lives(self) -> bool:
        return self.process.is_alive()

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def end(self, seconds: float | None = None) -> int | None:
        """Give how it ended, once it did; None where it goes on for longer than that."""
        self.process.join(seconds)
        return self.process.exitcode


class Ear:
    """Hears what the bots tell people alone, at the response_url of what they did."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        ear = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append(json.loads(said)["text"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Field:
    """What a test of kills acts on and looks at."""

    folder: Path
    url: str
    workspace: WorkspaceServer
    designer: DesignerServer
    mutant: bool = False
    more: JSON = field(default_factory=dict)
    weather: Weather | None = None
    """What stands between the bots and the Web API, if anything does."""
    replicas: list[Replica] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ear = Ear()
        self.database = Database(self.url)
        migrate(self.database)
        self.audit = AuditStore(self.database)
        keeper = Keeper(self.database, self.audit, lambda _: None)
        self.requests = RequestStore(self.database, keeper)
        self.changes = NodeChangeStore(self.database, keeper)
        self.armed = self.folder / "armed"
        self.config = self.folder / "config.json"
        app = self.workspace.workspace.app
        self.secret = app.signing_secret
        slack = {
            "mode": "http",
            "api_url": self.weather.url if self.weather else f"{self.workspace.url}/api/",
            "bot_token": app.bot_token,
            "signing_secret": self.secret,
        }
        settings = {
            "slack": slack,
            "nodes": {"design": {"url": self.designer.url, "api_key": "sandbox"}},
            "database": {"url": self.url},
            "http": {"port": 0},
            "work": {"per_person": 100},  # few people do much here
            "grants": [*GRANTS, {"role": "approver", "users": [demo.NILS.id, demo.VIC.id]}],
            **self.more,
        }
        self.config.write_text(json.dumps(settings))

    def start(self) -> Replica:
        """Start another replica, and wait until it listens."""
        nursery = get_context("forkserver")  # where all that a bot loads is loaded once
        nursery.set_forkserver_preload(["tests.chaos.replica"])
        log = self.folder / f"replica-{len(self.replicas)}.log"
        here, there = nursery.Pipe()
        process = nursery.Process(
            target=live, args=(self.config, self.armed, log, there), kwargs={"mutant": self.mutant}, daemon=True
        )
        process.start()
        there.close()
        with here:
            try:
                self.replicas.append(Replica(process, here.recv()))
            except EOFError as died:
                raise AssertionError(log.read_text()[-3000:]) from died
        return self.replicas[-1]

    def ask(self, replica: Replica, target: str) -> PublishRequest:
        """Have maya ask for a publish; gives the request once its card is there."""
        self.command(replica, f"publish FRAUD/scoring v4 --as {target}", demo.MAYA)
        found: PublishRequest = self.wait(lambda: self._with_card(target))
        return found

    def command(self, replica: Replica, text: str, user: Any) -> int | None:
        """Have somebody type a command; None where nobody answered."""
        body = {
            "command": "/apid",
            "text": text,
            "channel_id": "C01MLOPS",
            "channel_name": "ml-ops",
            "user_id": user.id,
            "user_name": user.name,
            "team_id": self.workspace.workspace.team_id,
            "response_url": self.ear.url,
            "trigger_id": "1.2",
        }
        return self._send(replica, urlencode(body))

    def click(self, replica: Replica, request: PublishRequest, user: Any = demo.OMAR) -> int | None:
        """Have somebody click Approve; None where nobody answered."""
        assert request.card is not None
        payload = {
            "type": "block_actions",
            "user": {"id": user.id, "username": user.name},
            "team": {"id": self.workspace.workspace.team_id},
            "channel": {"id": request.card.channel},
            "container": {"type": "message", "message_ts": request.card.ts, "channel_id": request.card.channel},
            "actions": [{"type": "button", "action_id": "approve_request", "block_id": "b", "value": stamp(request)}],
            "response_url": self.ear.url,
            "trigger_id": "1.2",
        }
        return self._send(replica, urlencode({"payload": json.dumps(payload)}))

    def settled(self, request: PublishRequest) -> PublishRequest | None:
        """The request, once it ended and the outcome is in its thread."""
        now = self.requests.get(request.id)
        return now if now.state not in OPEN and self.outcomes(now) else None

    def outcomes(self, request: PublishRequest) -> list[JSON]:
        """The messages that tell the end of a request."""
        said = {State.PUBLISHED: "is published to", State.FAILED: "was not published"}[request.state]
        return [each for each in self.thread(request) if said in each["text"]]

    def thread(self, request: PublishRequest) -> list[JSON]:
        assert request.card is not None
        return [each for each in self._messages() if each.get("thread_ts") == request.card.ts != each["ts"]]

    def card(self, request: PublishRequest) -> str:
        assert request.card is not None
        return next(shown(each) for each in self._messages() if each["ts"] == request.card.ts)

    def posts(self, target: str) -> int:
        """How often the node was asked to publish there."""
        asked = [seen for seen in self.designer.site.seen if seen.method == "POST" and seen.path.endswith("/publish")]
        return sum(1 for seen in asked if parse_qs(seen.query).get("publishedServiceId") == [target])

    def said(self, *words: str) -> list[JSON]:
        """The messages that hold all of these words."""
        return [each for each in self._messages() if all(word in each["text"] for word in words)]

    def last_record(self, request: PublishRequest) -> str:
        """The state in which the audit's last record leaves the request."""
        found, _ = self.audit.page(service=None, request=request.id, page=1, size=20)
        states = [entry_of(record).detail.get("state") for record in found]
        return str(next(state for state in states if state is not None))

    def is_published(self, target: str) -> bool:
        published = self.designer.node.deployer.services.get(target)
        return published is not None and "v4" in published.versions

    def direct(self, person: str) -> str:
        """The direct conversation of a person with the bot."""
        workspace = self.workspace.workspace
        return workspace.channels.direct(person, workspace.app.bot_user).id

    def wait(self, look: Callable[[], Any], seconds: float = _PATIENCE) -> Any:
        until = time.monotonic() + seconds
        while (found := look()) is None or found is False:
            assert time.monotonic() < until, self._state()
            time.sleep(_NAP)
        return found

    def close(self) -> None:
        self.ear.close()
        for replica in self.replicas:
            if replica.lives:
                replica.tell(signal.SIGTERM)
        for replica in self.replicas:
            if replica.end(20) is None:
                replica.process.kill()
                replica.end()
            replica.process.close()
        self.database.close()

    def _with_card(self, target: str) -> PublishRequest | None:
        found = [each for each in self.requests.in_states(OPEN) if each.wish.published_service == target]
        return found[0] if found and found[0].card is not None else None

    def _messages(self) -> list[JSON]:
        seen: list[JSON] = httpx.get(f"{self.workspace.url}/_control/messages/C01MLOPS", timeout=30).json()["messages"]
        return seen

    def _send(self, replica: Replica, body: str) -> int | None:
        timestamp = str(int(time.time()))
        signature = SignatureVerifier(self.secret).generate_signature(timestamp=timestamp, body=body) or ""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature,
        }
        try:
            url = f"http://127.0.0.1:{replica.port}/slack/events"
            return httpx.post(url, content=body, headers=headers, timeout=30).status_code
        except httpx.HTTPError:
            return None  # it died while it was at it

    def _state(self) -> str:
        logs = [path.read_text()[-1500:] for path in sorted(self.folder.glob("replica-*.log"))[-3:]]
        return "\n".join(["waited in vain", *map(repr, self.requests.in_states(frozenset(State))), *logs])


@contextmanager
def field_of(
    folder: Path,
    url: str,
    *,
    replicas: int,
    mutant: bool = False,
    before: Callable[[str], Weather] | None = None,
    **more: Any,
) -> Iterator[Field]:
    """Set it up with so many replicas, and take it down again; `more` are further sections of the configuration.

    `before` makes what stands before the workspace at an address.
    """
    workspace = demo.workspace(manifest("/apid", "http://127.0.0.1:9/slack/events"))
    with DesignerServer(latency=0.02) as designer, WorkspaceServer(workspace) as server, ExitStack() as stack:
        weather = stack.enter_context(before(server.url)) if before is not None else None
        made = Field(folder, url, server, designer, mutant, more, weather)
        try:
            for _ in range(replicas):
                made.start()
            yield made
        finally:
            made.close()
