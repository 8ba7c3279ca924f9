"""A socket is hung up where nothing comes back, and left alone where something does."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any, cast

from opsbot.slack.transport.pulse import Pulse


def client_with(wire: socket.socket | None) -> Any:
    line = SimpleNamespace(sock=wire) if wire is not None else None
    return SimpleNamespace(current_session=SimpleNamespace(sock=line, last_pong_tm=0.0))


def is_hung_up(far_end: socket.socket) -> bool:
    far_end.settimeout(0)
    try:
        return far_end.recv(1) == b""
    except BlockingIOError:
        return False


def test_one_that_answers_no_ping_is_hung_up() -> None:
    wire, far_end = socket.socketpair()
    with wire, far_end:
        pulse = Pulse(client_with(wire), 60)
        for _ in range(8):
            pulse.look()
        assert not is_hung_up(far_end)
        pulse.look()
        assert is_hung_up(far_end)


def test_one_that_answers_a_ping_now_and_then_is_left_alone_and_so_is_one_that_is_new() -> None:
    wire, far_end = socket.socketpair()
    with wire, far_end:
        client = client_with(wire)
        pulse = Pulse(client, 60)
        for look in range(100):
            if look % 8 == 0:
                client.current_session.last_pong_tm += 1.5
            pulse.look()
        for _ in range(5):
            client.current_session = client_with(wire).current_session
            for _ in range(8):
                pulse.look()
        assert not is_hung_up(far_end)


def test_where_there_is_no_socket_there_is_nothing_to_look_at() -> None:
    for client in (client_with(None), SimpleNamespace(current_session=None)):
        pulse = Pulse(cast("Any", client), 60)
        for _ in range(20):
            pulse.look()
        pulse.end()
