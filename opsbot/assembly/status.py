"""How the bot is, as it is seen from the command line: by its database, and by what the replica on this machine says."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from opsbot.assembly.opening import now, open_database, version
from opsbot.domain.status import Outlook, Status, freezes_in_force
from opsbot.http import STARTING, ask_readiness
from opsbot.store import PolicyStore, RecordStore

if TYPE_CHECKING:
    from opsbot.config import Config, HttpConfig


def status_of(config: Config) -> Status:
    """Read the store, and ask the bot that listens where the configuration says; raises StoreError."""
    with closing(open_database(config, is_ours=False)) as database:
        records = RecordStore(database).read(now())
        policies = PolicyStore(database).in_force()
    return Status(version(), records, _outlook(config.http), freezes_in_force(policies, now()))


def _outlook(http: HttpConfig) -> Outlook:
    if not http.port:
        return Outlook(problem="Nobody knows where the bot listens: http.port is 0.")
    try:
        told = ask_readiness(http.host, http.port)
    except OSError as error:
        why = error.strerror or str(error) or type(error).__name__
        return Outlook(problem=f"The bot doesn't answer at {http.host}:{http.port}: {why}.")
    is_starting = told.pop(STARTING, None) is True
    return Outlook(_flags(told), _flags(told.get("nodes")), is_starting=is_starting)


def _flags(told: Any) -> dict[str, bool]:
    found = told if isinstance(told, dict) else {}
    return {str(name): value for name, value in found.items() if isinstance(value, bool)}
