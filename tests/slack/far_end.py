"""A far end without manners: it does on each connection what a script says, over TLS 1.3 if told to."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tests.tls import tls_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import trustme

    Script = Callable[["Connection"], object]

BODY = b'{"ok": true, "ts": "1.0"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
REPLY = HEAD + BODY


class Connection:
    """One connection, as its script sees it."""

    def __init__(self, sock: socket.socket, heard: list[bytes]) -> None:
        self.sock = sock
        self._heard = heard

    def hear(self) -> None:
        """Take one whole request."""
        request = b""
        while (end := request.find(b"\r\n\r\n")) < 0:
            request += self._piece()
        length = re.search(rb"Content-Length: (\d+)", request, re.IGNORECASE)
        assert length is not None
        while len(request) < end + 4 + int(length[1]):
            request += self._piece()
        self._heard.append(request)

    def answer(self, reply: bytes = REPLY) -> None:
        self.hear()
        self.say(reply)

    def say(self, reply: bytes) -> None:
        self.sock.sendall(reply)

    def reset(self) -> None:
        """Let go rudely, with what was sent unread."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _piece(self) -> bytes:
        piece = self.sock.recv(65536)
        if not piece:
            raise ConnectionError("the near end let go")
        return piece


class FarEnd:
    """Gives each connection to the next script, or drops it at once where None stands; keeps the requests it heard."""

    def __init__(self, *scripts: Script | None, authority: trustme.CA | None = None) -> None:
        self.heard: list[bytes] = []
        self._scripts = scripts
        self._tls = tls_of(authority) if authority else None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.url = f"http{'s' if authority else ''}://127.0.0.1:{self._listening.getsockname()[1]}/api/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listening.close()

    def _serve(self) -> None:
        talks = []
        with suppress(OSError):
            for script in self._scripts:
                talks.append(threading.Thread(target=self._talk, args=(self._listening.accept()[0], script)))
                talks[-1].start()
            self._listening.accept()[0].close()  # nobody was to come
            self.heard.append(b"a connection too many")
        for talk in talks:
            talk.join()

    def _talk(self, sock: socket.socket, script: Script | None) -> None:
        sock.settimeout(10)
        with sock, suppress(OSError):
            if script is None:
                return
            if self._tls is None:
                script(Connection(sock, self.heard))
                return
            with self._tls.wrap_socket(sock, server_side=True) as secure:
                assert secure.version() == "TLSv1.3"
                script(Connection(secure, self.heard))


def trusting(authority: trustme.CA | None) -> ssl.SSLContext | None:
    """Make what a client needs that is to talk to such a far end over TLS."""
    if authority is None:
        return None
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
