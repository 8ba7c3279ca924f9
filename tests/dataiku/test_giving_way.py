"""Who waits for the rest of an archive, takes it apart, or sends what isn't taken, lets others compute meanwhile."""

from __future__ import annotations

import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku import DSSClient
from opsbot.dataiku.gateway import Nodes
from opsbot.dataiku.transport.call import Call
from opsbot.errors import DSSError
from opsbot.slack import Turns
from tests.builders import SCORING
from tests.dataiku.raw_server import RawServer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

BEGUN = b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 10000\r\n\r\nPK\x03\x04"


class Hesitant(RawServer):
    """Sends the beginning of an archive, and no more until it may."""

    def __init__(self) -> None:
        super().__init__(BEGUN)
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()

    def __exit__(self, *details: object) -> None:
        self.may_go_on.set()
        super().__exit__(*details)

    def _talk(self, connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(self.reply)
        self.has_begun.set()
        self.may_go_on.wait(10)


def digested(client: DSSClient, turns: Turns) -> None:
    Nodes({"design": client}, waiting=turns.given_up).archive_digest(SCORING, "v4")


def read(client: DSSClient, _: Turns) -> None:
    with client.get_project("FRAUD").get_api_service("scoring").download_package_stream("v4") as stream:
        stream.read()


class Deaf(Hesitant):
    """Takes a connection, and reads nothing of what comes until it may."""

    def _talk(self, connection: socket.socket) -> None:
        self.has_begun.set()
        self.may_go_on.wait(10)


def saved(client: DSSClient, _: Turns) -> None:
    client.transport.change(Call("PUT", "/settings", body="x" * (32 << 20)), lambda _: None)


@pytest.mark.parametrize(("fetch", "kind"), [(digested, Hesitant), (read, Hesitant), (saved, Deaf)])
def test_what_comes_or_goes_slowly_keeps_nobody_from_their_turn(
    fetch: Callable[[DSSClient, Turns], None], kind: type[Hesitant]
) -> None:
    turns, others_go_on = Turns(), threading.Event()

    def ask() -> None:
        with turns.taken(), suppress(DSSError):  # it breaks off
            fetch(client, turns)

    def go_on() -> None:
        for _ in range(20):  # the first may come before the reply does, and one of the next would be the last
            with turns.taken():
                pass
            time.sleep(0.01)
        others_go_on.set()

    with kind() as server, closing(DSSClient(server.url, "k", waiting=turns.given_up)) as client:
        threads = [threading.Thread(target=each, daemon=True) for each in (ask, go_on)]
        threads[0].start()
        assert server.has_begun.wait(10)
        threads[1].start()
        assert others_go_on.wait(5)
        server.may_go_on.set()
        for each in threads:
            each.join(10)
