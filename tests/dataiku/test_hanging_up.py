"""Calls that only ask end when nobody waits for their answers any more."""

from __future__ import annotations

import socket

from opsbot.dataiku.transport.patient_connections import Asking


class Line:
    """A connection whose socket is let go of as soon as somebody has looked at it."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire: socket.socket | None = wire

    @property
    def sock(self) -> socket.socket | None:
        wire, self._wire = self._wire, None
        return wire


def test_a_connection_that_is_let_go_of_meanwhile_keeps_no_other_from_being_hung_up() -> None:
    asking, ends = Asking(), [socket.socketpair() for _ in range(3)]
    lines = [Line(mine) for mine, _ in ends]
    for line in lines:
        asking.begins(line, "GET")
    asking.hang_up()
    assert [node.recv(1) for _, node in ends] == [b""] * 3
    for each in (each for pair in ends for each in pair):
        each.close()
