"""What went wrong on the way to a node, found in what the libraries raise one inside the other."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, ReadTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator


def never_connected(error: BaseException) -> bool:
    """Tell whether no connection was made, so that nothing can have been sent."""
    return any(isinstance(cause, ConnectTimeoutError | NewConnectionError | ProxyError) for cause in _causes(error))


def in_words(error: BaseException) -> str:
    """Say what happened, without the addresses and the objects that the libraries put in."""
    if never_connected(error):
        return "The node can't be reached"
    if any(isinstance(cause, ReadTimeoutError | TimeoutError) for cause in _causes(error)):
        return "The node didn't answer in time"
    return "The connection to the node broke"


def distrust(error: BaseException) -> str | None:
    """Say why the node's certificate was refused, or None if it wasn't that.

    Any other trouble with TLS may come after the request was sent, and is taken as a broken connection.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
    return None


def trouble(error: BaseException) -> str:
    """Say what the system or TLS said, without addresses and paths; nothing where neither said anything."""
    said = ""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or cause in seen:
            continue
        seen.append(cause)
        said = _of_the_system(cause) or said
        waiting += [cause.__context__, cause.__cause__, getattr(cause, "reason", None), *cause.args]
    return said


def _of_the_system(cause: BaseException) -> str:
    match cause:
        case ssl.SSLCertVerificationError():
            return cause.verify_message
        case ssl.SSLError() if cause.reason:
            return cause.reason.replace("_", " ").lower()
        case OSError() if isinstance(cause.strerror, str):
            return cause.strerror
        case _:
            return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from what `requests` raised to what urllib3 and the socket said: each is an argument of the one before."""
    current: BaseException | None = error
    while current is not None:
        yield current
        inner = (*current.args, getattr(current, "reason", None))
        current = next((cause for cause in inner if isinstance(cause, BaseException) and cause is not current), None)
