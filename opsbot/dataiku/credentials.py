"""Who the client is to the node: the header that says so, checked when the client is made."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """One header, and the texts in it that must never be shown."""

    header: str
    value: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Credentials({self.header!r})"


def basic(user: str, password: str = "") -> Credentials:
    """Say who we are as the official client does: the key as user name, and no password."""
    token = b64encode(f"{user}:{password}".encode("latin-1")).decode("ascii")
    return Credentials("Authorization", f"Basic {token}", tuple(filter(None, (user, password, token))))


def bearer(key: str) -> Credentials:
    return Credentials("Authorization", f"Bearer {key}", (key,))


def ticket(value: str) -> Credentials:
    return Credentials("X-DKU-APITicket", value, (value,))


def checked_secret(name: str, value: object) -> str:
    """Return a key that can stand in a header, or raise ValueError without showing it."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"The {name} is empty.")
    if not value.isprintable() or value != value.strip():
        raise ValueError(f"The {name} holds white space or control characters; it can't be sent.")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        # `from None`: the cause would show the key.
        raise ValueError(f"The {name} holds characters beyond latin-1; it can't be sent.") from None
    return value


def checked_headers(extra: Mapping[str, str], who: Credentials) -> dict[str, str]:
    """Return what every call carries; the credentials win over an extra header of their name."""
    for name, value in extra.items():
        checked_secret(f"header {name!a}", value)
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!a} can't be the name of a header.")
    kept = {name: value for name, value in extra.items() if name.lower() != who.header.lower()}
    return {**kept, who.header: who.value}
