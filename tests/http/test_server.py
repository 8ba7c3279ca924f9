from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from opsbot.errors import ConfigError
from opsbot.http import HttpServer, routes, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import StartResponse


@contextmanager
def served(host: str) -> Iterator[HttpServer]:
    bot = HttpServer(routes({}, {}), host, 0, threads=1)
    bot.start()
    try:
        yield bot
    finally:
        bot.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "*"])
def test_a_host_of_one_address_or_of_several_is_listened_on_and_let_go(host: str) -> None:
    with served(host) as bot:
        assert httpx.get(f"http://127.0.0.1:{bot.port}/healthz").json() == {"alive": True}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{bot.port}/healthz")


def _has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6_loopback(), reason="this machine has no ::1")
@pytest.mark.parametrize("host", ["::1", "*"])
def test_everywhere_is_ipv6_too(host: str) -> None:
    with served(host) as bot:
        assert httpx.get(f"http://[::1]:{bot.port}/healthz").json() == {"alive": True}


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 70, "192.0.2.1"])
def test_an_address_that_is_not_ours_is_a_fault_of_the_configuration(host: str) -> None:
    with pytest.raises(ConfigError, match=r"I can't listen on .*Set http\.host"):
        HttpServer(routes({}, {}), host, 0, threads=1)


def test_a_port_that_is_taken_is_a_fault_of_the_configuration() -> None:
    with (
        served("127.0.0.1") as bot,
        pytest.raises(ConfigError, match=r"Address already in use\. Set http"),
    ):
        HttpServer(routes({}, {}), "127.0.0.1", bot.port, threads=1)


def asked(path: str, checks: dict[str, bool], told: dict[str, bool], *, is_starting: bool = False) -> tuple[str, Any]:
    """What a WSGI server would send."""
    statuses: list[str] = []
    each = {name: partial(bool, well) for name, well in checks.items()}
    application = routes(
        {}, each, {"nodes": lambda: told}, {"/page": lambda: ("text/plain", b'"a page"')}, partial(bool, is_starting)
    )
    start = cast("StartResponse", lambda status, headers: statuses.append(status))
    body = b"".join(application({"PATH_INFO": path}, start))
    return statuses[0], json.loads(body)


def test_a_node_that_is_down_is_named_and_takes_nobody_out_of_a_balancer() -> None:
    nodes = {"design": False, "old": True}
    assert asked("/readyz", {"database": True}, nodes) == ("200 OK", {"database": True, "nodes": nodes})
    status, said = asked("/readyz", {"database": False, "slack": True}, nodes)
    assert (status, said["database"], said["slack"]) == ("503 Service Unavailable", False, True)
    starting = asked("/readyz", {"socket": False}, nodes, is_starting=True)
    assert starting == ("503 Service Unavailable", {"socket": False, "nodes": nodes, "starting": True})
    assert asked("/page", {}, {}) == ("200 OK", "a page")
    assert asked("/other", {}, {})[0] == "404 Not Found"


def is_closed(drip: socket.socket) -> bool:
    """Send another drop, and tell whether nobody is there to take it."""
    try:
        drip.sendall(b"X")
        return drip.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_who_sends_a_request_drop_by_drop_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_SLOWEST", 0.2)  # its limit, so that nobody waits for it
    with served("127.0.0.1") as bot, socket.create_connection(("127.0.0.1", bot.port)) as drip:
        drip.settimeout(0.05)
        drip.sendall(b"POST /slack/events HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
        assert not is_closed(drip)
        assert any(is_closed(drip) for _ in range(200))
        assert httpx.get(f"http://127.0.0.1:{bot.port}/healthz").status_code == 200


def test_who_sends_the_next_request_with_the_last_of_one_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_SLOWEST", 0.0)  # no request may take a moment
    asking = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"
    with served("127.0.0.1") as bot, socket.create_connection(("127.0.0.1", bot.port), 5.0) as line:
        for piece in (asking + asking[:9], asking[9:] + asking[:9], asking[9:] + asking[:9]):
            line.sendall(piece)
            answer = b""
            while not answer.endswith(b"}"):
                part = line.recv(1000)
                assert part
                answer += part


def test_whoever_was_just_answered_as_it_is_closed_is_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("127.0.0.1") as bot:
        trigger = bot._server.trigger
        wake = trigger._physical_pull

        def wake_twice() -> None:
            wake()  # as who was answered does
            time.sleep(0.1)
            wake()

        monkeypatch.setattr(trigger, "_physical_pull", wake_twice)


def test_connections_that_nobody_uses_keep_nobody_out() -> None:
    with served("127.0.0.1") as bot, ExitStack() as idle:
        for _ in range(200):
            idle.enter_context(socket.create_connection(("127.0.0.1", bot.port)))
        assert httpx.get(f"http://127.0.0.1:{bot.port}/healthz").json() == {"alive": True}
