"""How every server under test is served: by opsbot's own HTTP server, on a free port of this host."""

import logging
import threading
from typing import Final
from wsgiref.types import WSGIApplication

from opsbot.http import HttpServer

THREADS: Final = 8


def serve(app: WSGIApplication) -> None:
    """Listen, say on which port, and serve until killed."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line per waiting request would be measured, too
    server = HttpServer(app, "127.0.0.1", 0, THREADS)
    server.start()
    print(server.port, flush=True)
    threading.Event().wait()
