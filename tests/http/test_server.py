from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from opsbot.errors import ConfigError
from opsbot.http import HttpServer, routes

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served(host: str) -> Iterator[HttpServer]:
    server = HttpServer(routes({}, {}), host, 0, threads=1)
    server.start()
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "*"])
def test_a_host_of_one_address_or_of_several_is_listened_on_and_let_go(host: str) -> None:
    with served(host) as server:
        assert httpx.get(f"http://127.0.0.1:{server.port}/healthz").json() == {"alive": True}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{server.port}/healthz")


def _has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6_loopback(), reason="this machine has no ::1")
@pytest.mark.parametrize("host", ["::1", "*"])
def test_everywhere_is_ipv6_too(host: str) -> None:
    with served(host) as server:
        assert httpx.get(f"http://[::1]:{server.port}/healthz").json() == {"alive": True}


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 70, "192.0.2.1"])
def test_an_address_that_is_not_ours_is_a_fault_of_the_configuration(host: str) -> None:
    with pytest.raises(ConfigError, match=r"I can't listen on .*Set http\.host"):
        HttpServer(routes({}, {}), host, 0, threads=1)


def test_a_port_that_is_taken_is_a_fault_of_the_configuration() -> None:
    with (
        served("127.0.0.1") as server,
        pytest.raises(ConfigError, match="in use"),
    ):
        HttpServer(routes({}, {}), "127.0.0.1", server.port, threads=1)
