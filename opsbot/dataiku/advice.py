"""What people can do about a node's failure, in a sentence."""

from __future__ import annotations

from http import HTTPStatus

from opsbot.errors import DSSConflictError, DSSNotFoundError, DSSRefusedError

AGAIN = "Try again in a minute; if it goes on, tell whoever runs the node."
CHECK_ADDRESS = "Tell whoever runs me: the node's address may be wrong, or something else answers in its place."

_LOOK_FIRST = (
    "It may have been done all the same: look before you try again; if it goes on, tell whoever runs the node."
)
_TELL_NODE = "Check what you named; if that is right, tell whoever runs the node."

_AWAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_OF_KINDS = (
    (DSSRefusedError, ("The node doesn't allow it", "Whoever runs the node can allow it.")),
    (DSSNotFoundError, ("The node has no such thing", "Look what there is, and name it as it is listed there.")),
    (DSSConflictError, ("The node has something else in that place", "Look what is there, or take another name.")),
)


def after_silence(method: str, *, sent: bool = True) -> str:
    """Say what to do where no answer came: what only reads may simply be asked again."""
    return _LOOK_FIRST if sent and method != "GET" else AGAIN


def in_words(status: int, kind: type[Exception], method: str) -> tuple[str, str]:
    """Say what a node's error status means, and what to do about it."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "The node has too much to do just now", AGAIN
    if status in _AWAY:
        return "The node doesn't answer as it should", after_silence(method)
    if status == HTTPStatus.UNAUTHORIZED:
        return "The node doesn't know the key", "Tell whoever runs me: it takes a new one."
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        general = "The node couldn't do it", AGAIN
    else:
        general = "The node doesn't take it", _TELL_NODE
    return next((said for each, said in _OF_KINDS if issubclass(kind, each)), general)
