"""What may not be kept for ever: the forms that secrets have, and those that are known, taken out of a text.

`opsbot.dataiku.redaction` is its sibling for what a node says; that client is usable without the rest of opsbot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Redact = Callable[[str], str]

HIDDEN = "[secret]"
"""What stands in a text where a secret was."""

_AUTHORITY = re.compile(r"(?<=[A-Za-z0-9+.-]://)[^\s/?#]+")
_FORMS = (
    (re.compile(r"\bx(?:ox[a-z]|app|oxe\.xox[a-z])-[A-Za-z0-9-]{4,}"), HIDDEN),
    (re.compile(r"\bdkuaps-[A-Za-z0-9_-]{4,}"), HIDDEN),
    (re.compile(r"\b((?i:bearer))\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {HIDDEN}"),
    # Base64 has a capital, a digit or a sign in all but one of a thousand cases; "basic validation" has none.
    (re.compile(r"\b((?i:basic))\s+(?=[a-z._~-]*[A-Z0-9+/=])[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {HIDDEN}"),
)


def redacting(secrets: Iterable[str] = ()) -> Redact:
    """Make the function that takes these secrets, and whatever looks like one, out of a text; twice is as once."""
    # The longest first, so that a secret that holds another leaves nothing behind.
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in known:
            text = text.replace(secret, HIDDEN)
        for form, instead in _FORMS:
            text = form.sub(instead, text)
        return _AUTHORITY.sub(_without_login, text)

    return redact


def _without_login(authority: re.Match[str]) -> str:
    """Take user and password out of an address: up to the last @ before the path, since a password may have one in it."""
    login, at, host = authority[0].rpartition("@")
    return f"{HIDDEN}@{host}" if at and ":" in login else authority[0]
