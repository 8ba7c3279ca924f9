"""The HTTP server: waitress, in a thread of this process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from waitress import create_server, wasyncore

from opsbot.errors import ConfigError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_PATIENCE = 5.0
_LARGEST_BODY = 1 << 20
"""Bytes of a request; Slack's payloads stay far below."""


class HttpServer:
    """Listens from the moment it is made, answers once started."""

    def __init__(self, application: WSGIApplication, host: str, port: int, threads: int) -> None:
        self._connections: dict[int, wasyncore.dispatcher] = {}
        try:
            self._server = create_server(
                application,
                map=self._connections,
                host=host,
                port=port,
                threads=threads,
                max_request_body_size=_LARGEST_BODY,
                ident=None,
                clear_untrusted_proxy_headers=True,
            )
        except OSError as error:
            raise ConfigError(f"I can't listen on {host}:{port}: {error.strerror or error}.") from error
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port, also where the configuration left it to the system."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and finish what was begun."""
        self._server.accepting = False
        self._server.task_dispatcher.shutdown(cancel_pending=False, timeout=_PATIENCE)
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._connections))  # its loop ends with the last
        self._thread.join(_PATIENCE)
