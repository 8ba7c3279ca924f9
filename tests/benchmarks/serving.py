"""How every server under test is served: by waitress, on a free port of this host, with the same settings."""

import logging
from typing import Any, Final
from wsgiref.types import WSGIApplication

from waitress.server import create_server

THREADS: Final = 4  # waitress's own default


def serve(app: WSGIApplication, **settings: Any) -> None:
    """Listen, say on which port, and serve until killed."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line per waiting request would be measured, too
    server = create_server(app, host="127.0.0.1", port=0, **({"threads": THREADS} | settings))
    print(server.effective_port, flush=True)
    server.run()
