"""The HTTP server: waitress, in a thread of this process."""

from __future__ import annotations

import errno
import socket
import threading
from typing import TYPE_CHECKING

from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel

from opsbot.errors import ConfigError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_PATIENCE = 5.0
_LARGEST_BODY = 1 << 20
"""Bytes of a request; Slack's payloads stay far below."""
_MOST_CONNECTIONS = 500
"""A balancer keeps some to each replica, and those that nobody uses count, too; a process may have 1024 files open."""

_LOOK_SECONDS = 5
"""How often it is looked which connections are to be closed."""
_SLOWEST = 20.0
"""Seconds in which a request has to be here, head and body."""
_KEPT_IN_MEMORY = 1 << 16
"""Bytes of a request; what is longer waits for its end on the disk."""

_EVERYWHERE = "*"


class HttpServer:
    """Listens from the moment it is made, answers once started."""

    def __init__(self, application: WSGIApplication, host: str, port: int, threads: int) -> None:
        """Listen on one address of the host, or on every interface for `*`; raises ConfigError where that fails."""
        self._connections: dict[int, wasyncore.dispatcher] = {}
        self._server = create_server(
            application,
            map=self._connections,
            sockets=[_listening(host, port)],
            threads=threads,
            max_request_body_size=_LARGEST_BODY,
            ident=None,
            clear_untrusted_proxy_headers=True,
            inbuf_overflow=_KEPT_IN_MEMORY,
            connection_limit=_MOST_CONNECTIONS,
            cleanup_interval=_LOOK_SECONDS,
            asyncore_use_poll=True,  # select() knows no descriptor above 1023
        )
        self._server.channel_class = _Connection
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port, also where the configuration left it to the system."""
        return int(self._server.effective_port)

    def waiting(self) -> int:
        """Tell how many requests wait for a thread."""
        return len(self._server.task_dispatcher.queue)

    def going_on(self) -> int:
        """Tell how many requests are being answered."""
        return int(self._server.task_dispatcher.active_count)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and finish what was begun."""
        self._server.accepting = False
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=_PATIENCE)
        is_woken = threading.Event()

        def let_go() -> None:
            is_woken.wait()  # where the loop was awake already: it closes, too, what it is being woken by
            wasyncore.close_all(self._connections)  # the loop ends with the last

        self._server.trigger.pull_trigger(let_go)
        is_woken.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)


class _Connection(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection on which a request that comes drop by drop is no sign of life."""

    _begun = 0.0

    def received(self, data: bytes) -> bool:
        """Take what came: perhaps the last of one request, and with it the first of the next."""
        before = self.request
        taken = bool(super().received(data))
        if self.request is not before:
            self._begun = self.last_activity
        elif before is not None and self.last_activity - self._begun > _SLOWEST:
            self.will_close = True
        return taken


def _listening(host: str, port: int) -> socket.socket:
    """Make one socket: for several, waitress has another kind of server."""
    try:
        return _everywhere(port) if host == _EVERYWHERE else _on(host, port)
    except (OSError, UnicodeError) as error:  # UnicodeError: what can't be a name at all
        why = str(getattr(error, "strerror", None) or error).partition(" (while attempting to bind")[0]
        raise ConfigError(f"I can't listen on {host}:{port}: {why}. Set http.host and http.port to others.") from error


def _everywhere(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:  # which says that IPv6 is switched off
                raise
    return socket.create_server(("", port))


def _on(host: str, port: int) -> socket.socket:
    """Listen on one address of a name, on one of IPv4 if it has any: that is the one which every client tries."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    return socket.create_server(address, family=family)
