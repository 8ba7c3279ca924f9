"""Ports for servers that have to be told theirs."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

_BELOW_WHAT_SYSTEMS_GIVE_OUT = range(20_000, 32_000)


def free_port() -> int:
    """Find one that nobody listens on, among those that nobody gets who names none, as those who run beside us do."""
    for port in random.sample(_BELOW_WHAT_SYSTEMS_GIVE_OUT, 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no port is free")
