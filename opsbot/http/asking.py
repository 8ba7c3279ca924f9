"""Asking a bot that runs how it is: the other end of /readyz."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

_PATIENCE = 15.0
"""Seconds: with the database gone and a node silent, the answer takes that long at most."""
_EVERYWHERE = "*"


def ask_readiness(host: str, port: int) -> dict[str, Any]:
    """Read what /readyz says; raises OSError, with a reason that people can read, where nothing sensible does."""
    connection = HTTPConnection("127.0.0.1" if host == _EVERYWHERE else host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/readyz")
        told = json.loads(connection.getresponse().read())
    except (HTTPException, ValueError) as error:
        raise OSError(f"something else answers there ({type(error).__name__})") from error
    finally:
        connection.close()
    if not isinstance(told, dict):
        raise OSError("something else answers there")
    return told
