"""What a node says, without keys and without the paths of its data directory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

# Two or more steps from the root, not inside a URL (there the slash follows a letter, a colon or another slash).
_UNIX_PATH = re.compile(r"(?<![\w/.\]-])/(?![/\s])[^\s/'\"<>,;:()\[\]{}]+(?:/[^\s/'\"<>,;:()\[\]{}]*)+")
_WINDOWS_PATH = re.compile(r"\b[A-Za-z]:\\[^\s'\"<>,;|]+")
_AUTHORIZATION = re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{8,}")

Redact = Callable[[str], str]


def redacting(secrets: Iterable[str]) -> Redact:
    """Make the function that takes these secrets, authorization headers and absolute paths out of a text."""
    # The longest first, so that a secret that holds another leaves nothing behind.
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in known:
            text = text.replace(secret, "[secret]")
        text = _AUTHORIZATION.sub(r"\1 [secret]", text)
        return _WINDOWS_PATH.sub("[path]", _UNIX_PATH.sub("[path]", text))

    return redact
