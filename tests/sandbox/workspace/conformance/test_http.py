"""HTTP delivery: signatures, status codes, retries with their headers."""

from __future__ import annotations

import json
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIServer

import pytest
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk.signature import SignatureVerifier

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.conformance.installed import every_scope, unretrying
from tests.sandbox.workspace.support import Control, demo_workspace
from tests.sandbox.workspace.test_http_delivery import QuietHandler
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = dict[str, Any]


@dataclass
class Listening:
    """An app behind HTTP that writes down what comes, and answers with these statuses in turn, then with 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    heard: queue.Queue[tuple[dict[str, str], str]] = field(default_factory=queue.Queue)
    wait: threading.Event | None = None

    def next(self) -> tuple[dict[str, str], str]:
        return self.heard.get(timeout=5)


@pytest.fixture(scope="module")
def listening() -> Iterator[Listening]:
    app = Listening()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            app.heard.put(({name.lower(): value for name, value in self.headers.items()}, body))
            if app.wait is not None:
                app.wait.wait(5)
            self.send_response(app.statuses.pop(0) if app.statuses else 200)
            for name, value in app.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        app.url = f"http://127.0.0.1:{http.server_port}/slack/events"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield app
        http.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(listening: Listening) -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace(every_scope(socket_mode=False), request_url=listening.url)) as running:
        yield running


@pytest.fixture
def app(listening: Listening) -> Iterator[Listening]:
    listening.statuses, listening.headers, listening.wait = [], {}, None
    yield listening
    while not listening.heard.empty():
        listening.heard.get()


def test_every_request_is_signed(app: Listening, control: Control) -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack: v0, HMAC-SHA256 over time and body."""
    control.command("services")
    headers, body = app.next()
    verifier = SignatureVerifier("sandbox")
    signed = (headers["x-slack-request-timestamp"], headers["x-slack-signature"])
    assert signed[1].startswith("v0=")
    assert signed[1] == verifier.generate_signature(timestamp=signed[0], body=body)
    assert signed[1] != verifier.generate_signature(timestamp=signed[0], body=body + " ")


def test_commands_and_clicks_come_as_forms_and_events_as_json(app: Listening, control: Control) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction and https://docs.slack.dev/apis/events-api."""
    control.command("services")
    headers, body = app.next()
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body)["command"] == ["/apid"]
    control.post("/shortcut", user="maya", callback_id="ask")
    headers, body = app.next()
    assert json.loads(parse_qs(body)["payload"][0])["type"] == "shortcut"
    control.say("hello")
    headers, body = app.next()
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["event"]["text"] == "hello"


def test_an_event_that_went_wrong_comes_again_with_its_number_and_reason(app: Listening, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api: at once, +1 min, +5 min, x-slack-retry-num, x-slack-retry-reason."""
    app.statuses = [500, 503, 404]
    control.say("hello")
    seen = [app.next(), app.next()]
    for seconds in (60, 300):
        wait_for_entries(control, len(seen))
        control.post("/clock", advance=seconds)
        seen.append(app.next())
    wait_for_entries(control, len(seen))
    control.post("/clock", advance=3600)
    retries = [(headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")) for headers, _ in seen]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({json.loads(body)["event_id"] for _, body in seen}) == 1
    assert app.heard.empty()


def test_an_app_that_is_slow_is_told_again(app: Listening, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api: http_timeout, when it takes more than 3 seconds."""
    app.wait = threading.Event()
    control.say("hello")
    app.next()
    control.post("/clock", advance=3.1)
    headers, _ = app.next()
    app.wait.set()
    assert (headers["x-slack-retry-num"], headers["x-slack-retry-reason"]) == ("1", "http_timeout")


def test_an_app_may_ask_not_to_be_told_again(app: Listening, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api: X-Slack-No-Retry: 1."""
    app.statuses, app.headers = [500], {"X-Slack-No-Retry": "1"}
    control.say("hello")
    app.next()
    wait_for_entries(control, 1)
    control.post("/clock", advance=3600)
    control.command("services")
    assert "command=" in app.next()[1]


def test_a_command_that_went_wrong_is_not_told_again(app: Listening, control: Control) -> None:
    """https://docs.slack.dev/interactivity/implementing-slash-commands; unconfirmed: it tells of no second try.

    https://docs.slack.dev/apis/events-api tells of retries, and of events alone.
    """
    app.statuses = [500]
    assert control.command("services")["error"] == "dispatch_failed"
    app.next()
    app.wait = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(lambda: control.command("services"))
        app.next()
        control.post("/clock", advance=3.1)
        assert acting.result(timeout=5)["error"] == "operation_timeout"
    app.wait.set()
    assert app.heard.empty()


def test_bolt_believes_a_signature_of_the_last_five_minutes() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack: older than five minutes is a replay."""
    with WSGIServer(("127.0.0.1", 0), QuietHandler) as http:
        url = f"http://127.0.0.1:{http.server_port}/slack/events"
        late = demo_workspace(every_scope(socket_mode=False), request_url=url, clock=lambda: time.time() - 6 * 60)
        with WorkspaceServer(late) as server:
            app = App(client=unretrying(server), signing_secret="sandbox", process_before_response=True)
            app.command("/apid")(lambda ack: ack("heard"))
            http.set_app(SlackRequestHandler(app))
            thread = threading.Thread(target=http.serve_forever, daemon=True)
            thread.start()
            control = Control(server)
            outcomes = [control.command("services")]
            for seconds in (120, 240, 360):
                control.post("/clock", advance=seconds)
                outcomes.append(control.command("services"))
            control.close()
            http.shutdown()
            thread.join()
    assert [outcome["acked"] for outcome in outcomes] == [False, True, True, False]


def wait_for_entries(control: Control, number: int) -> None:
    """Wait until what became of so many deliveries is written down, after which retries wait for the clock."""
    wait_until(lambda: sum(entry["kind"] == "http" for entry in control.get("/log")["log"]) >= number)
