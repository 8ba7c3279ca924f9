"""The kept connections: reused, made again, and never a way to lose or double what is said."""

from __future__ import annotations

import socket
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import trustme
from slack_sdk.errors import SlackApiError

from opsbot.slack import KeptWebClient, SlackCall
from opsbot.slack.transport.calls import CALL_ERRORS, come_back_after, error_code, in_words, is_unwell
from opsbot.slack.transport.timed import timed
from tests.slack.far_end import Connection, FarEnd, trusting

if TYPE_CHECKING:
    from collections.abc import Iterator


class Slack:
    """A far end that answers as it is told, and counts its connections and calls."""

    def __init__(self) -> None:
        self.connections = 0
        self.calls: list[str] = []
        self.statuses: list[int] = []
        self.retry_after = "0"
        self.hang_up_after = False


@contextmanager
def serving(slack: Slack) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body come together

        def setup(self) -> None:
            slack.connections += 1
            super().setup()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            slack.calls.append(self.path)
            status = slack.statuses.pop(0) if slack.statuses else 200
            self.send_response(status)
            body = b'{"ok": true, "ts": "1.0"}'
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", slack.retry_after)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = slack.hang_up_after

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/"
    finally:
        server.shutdown()
        server.server_close()


def test_one_connection_serves_many_calls() -> None:
    slack = Slack()
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client:
        for _ in range(5):
            assert client.chat_postMessage(channel="C1", text="hello")["ts"] == "1.0"
    assert (slack.connections, slack.calls) == (1, ["/api/chat.postMessage"] * 5)


def test_a_connection_that_slack_let_go_of_is_made_again() -> None:
    slack = Slack()
    slack.hang_up_after = True
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client:
        for _ in range(3):
            client.chat_postMessage(channel="C1", text="hello")
    assert len(slack.calls) == 3


def test_a_rate_limit_delays_and_loses_nothing() -> None:
    slack = Slack()
    slack.statuses = [429, 429, 200]
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client:
        assert client.chat_postMessage(channel="C1", text="hello")["ok"]
    assert len(slack.calls) == 3


def test_a_rate_limit_lasts_as_long_as_slack_says_unless_that_is_longer_in_all_than_one_has_patience() -> None:
    slack = Slack()
    slack.statuses, slack.retry_after = [429, 429, 200], "2"
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url, patience=3)) as client:
        began = time.monotonic()
        with pytest.raises(SlackApiError):
            client.chat_postMessage(channel="C1", text="hello")
    assert time.monotonic() - began >= 2
    assert len(slack.calls) == 2


@pytest.mark.parametrize("said", ["Wed, 25 Nov 2026 12:00:00 GMT", "1.5", "inf"])
def test_a_time_to_come_back_that_nobody_can_read_is_told_as_what_it_is(said: str) -> None:
    slack = Slack()
    slack.statuses, slack.retry_after = [429], said
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client, pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C1", text="hello")
    assert come_back_after(caught.value) == (1.5 if said == "1.5" else 5.0)
    assert len(slack.calls) == 1


def test_a_rate_limit_without_end_is_an_error() -> None:
    slack = Slack()
    slack.statuses = [429] * 5
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client, pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C1", text="hello")
    assert len(slack.calls) == 4


def test_silence_is_one_of_the_errors_of_a_call() -> None:
    with closing(KeptWebClient("xoxb-1", "http://127.0.0.1:9/api/")) as client:
        with pytest.raises(CALL_ERRORS) as caught:
            client.chat_postMessage(channel="C1", text="hello")
        assert error_code(caught.value) == "URLError"
        with pytest.raises(CALL_ERRORS):
            client.post_json("http://127.0.0.1:9/response", {})


def test_over_tls_the_connection_is_kept_too() -> None:
    authority = trustme.CA()

    def script(connection: Connection) -> None:
        for _ in range(3):
            connection.answer()

    with (
        FarEnd(script, authority=authority) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url, context=trusting(authority))) as client,
    ):
        for _ in range(3):
            assert client.chat_postMessage(channel="C1", text="hello")["ts"] == "1.0"
    assert len(far_end.heard) == 3


def test_whom_the_system_does_not_trust_hears_nothing() -> None:
    authority = trustme.CA()
    with (
        FarEnd(Connection.answer, Connection.answer, Connection.answer, authority=authority) as far_end,
        closing(KeptWebClient("xoxb-1", far_end.url)) as client,
    ):
        with pytest.raises(CALL_ERRORS, match="CERTIFICATE_VERIFY_FAILED") as caught:
            client.chat_postMessage(channel="C1", text="hello")
        assert in_words(caught.value) == "URLError, unable to get local issuer certificate"
        with pytest.raises(CALL_ERRORS, match="CERTIFICATE_VERIFY_FAILED"):
            client.post_json(far_end.url, {})
    assert not far_end.heard


def test_a_status_of_failure_is_one_whatever_comes_with_it() -> None:
    slack = Slack()
    slack.statuses = [500]
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client, pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C1", text="hello")
    assert is_unwell(caught.value)
    assert len(slack.calls) == 1


def test_threads_share_it() -> None:
    slack = Slack()
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client, ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: client.chat_postMessage(channel="C1", text="hello")["ok"], range(200)))
    assert answers == [True] * 200
    assert slack.connections <= 16


class Tunnel(BaseHTTPRequestHandler):
    """A proxy that knows CONNECT, and who may use it."""

    logins: ClassVar[list[str]] = []

    def do_CONNECT(self) -> None:
        self.logins.append(self.headers.get("Proxy-Authorization", ""))
        host, _, port = self.path.partition(":")
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=self._pump, args=(far, self.connection), daemon=True)
            back.start()
            self._pump(self.connection, far)
            back.join(5)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

    def log_message(self, *_: Any) -> None:
        pass


def test_a_proxy_that_the_environment_names_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    monkeypatch.setenv("HTTPS_PROXY", f"http://ops:s%40fe@127.0.0.1:{proxy.server_port}")
    slack = Slack()
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url)) as client:
        for _ in range(3):
            assert client.chat_postMessage(channel="C1", text="hello")["ok"]
    proxy.shutdown()
    proxy.server_close()
    assert len(slack.calls) == 3
    assert Tunnel.logins == ["Basic " + b64encode(b"ops:s@fe").decode()]


def test_each_call_is_noted_with_what_came_of_it_and_no_address_is() -> None:
    slack, noted = Slack(), list[SlackCall]()
    slack.statuses = [200, 429, 429, 429, 429, 200, 404]
    with serving(slack) as url, closing(KeptWebClient("xoxb-1", url, note=noted.append)) as client:
        client.chat_postMessage(channel="C1", text="hello")
        with pytest.raises(SlackApiError):
            client.chat_postMessage(channel="C1", text="hello")
        client.post_json(f"{url}hooks/a-secret", {})
        client.post_json(f"{url}hooks/a-secret", {})
    with closing(KeptWebClient("xoxb-1", "http://127.0.0.1:9/api/", note=noted.append)) as client:
        with pytest.raises(CALL_ERRORS):
            client.chat_postMessage(channel="C1", text="hello")
        with pytest.raises(CALL_ERRORS):
            client.post_json("http://127.0.0.1:9/response", {})
    assert [(call.method, call.outcome) for call in noted] == [
        ("chat.postMessage", "ok"),
        ("chat.postMessage", noted[1].outcome),
        ("response_url", "ok"),
        ("response_url", "http_404"),
        ("chat.postMessage", "URLError"),
        ("response_url", noted[5].outcome),
    ]
    assert noted[1].outcome != "ok"
    assert noted[5].outcome != "ok"


def test_whatever_ends_a_call_is_what_came_of_it() -> None:
    noted: list[SlackCall] = []
    with pytest.raises(ZeroDivisionError), timed("chat.postMessage", noted.append):
        raise ZeroDivisionError
    assert [(call.method, call.outcome) for call in noted] == [("chat.postMessage", "ZeroDivisionError")]
