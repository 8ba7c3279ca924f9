"""Delivery by HTTP: signed as Slack signs, verified by Bolt."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from slack_bolt import Ack, App, Say
from slack_bolt.adapter.wsgi import SlackRequestHandler

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.support import Control, actions, button, demo_workspace, manifest, web_client
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def workspace_by_http(secret_of_the_app: str = "sandbox") -> Iterator[tuple[Control, WorkspaceServer]]:
    """A workspace that posts to an app which believes in this secret."""
    with WSGIServer(("127.0.0.1", 0), QuietHandler) as http:
        url = f"http://127.0.0.1:{http.server_port}/slack/events"
        with WorkspaceServer(demo_workspace(manifest(socket_mode=False), request_url=url)) as server:
            http.set_app(SlackRequestHandler(sample_app(server, secret_of_the_app)))
            thread = threading.Thread(target=http.serve_forever, daemon=True)
            thread.start()
            control = Control(server)
            yield control, server
            control.close()
            http.shutdown()
            thread.join()


def sample_app(server: WorkspaceServer, secret: str) -> App:
    app = App(client=web_client(server), signing_secret=secret, process_before_response=True)

    @app.command("/apid")
    def command(ack: Ack, command: dict[str, Any]) -> None:
        ack(f"you typed {command['text']}")

    @app.action("go")
    def action(ack: Ack, say: Say) -> None:
        ack()
        say("clicked")

    @app.event("app_mention")
    def mention(say: Say) -> None:
        say("mentioned")

    @app.event("message")
    def message() -> None:
        pass

    return app


def test_commands_clicks_and_events_arrive_signed() -> None:
    with workspace_by_http() as (control, server):
        outcome = control.command("packages FRAUD/scoring")
        assert outcome["response"] == {"text": "you typed packages FRAUD/scoring"}
        posted = web_client(server).chat_postMessage(channel="C01MLOPS", text="t", blocks=[actions(button())])["ts"]
        assert control.click(posted, "go")["acked"]
        control.say("@opsbot hello")
        wait_until(lambda: {"clicked", "mentioned"} <= {message["text"] for message in control.messages()})


def test_an_app_that_does_not_know_the_secret_takes_nothing() -> None:
    with workspace_by_http("another secret") as (control, _server):
        assert control.command("packages")["error"] == "dispatch_failed"


def test_an_app_that_is_not_there_is_reported() -> None:
    nowhere = demo_workspace(manifest(socket_mode=False), request_url="http://127.0.0.1:9/slack/events")
    with WorkspaceServer(nowhere) as server:
        control = Control(server)
        assert control.command("packages")["error"] == "dispatch_failed"
        control.close()
