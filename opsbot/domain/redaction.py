"""Taking secrets out of what people and nodes say, before it is kept for good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SHAPES = (
    re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{4,}"),
    re.compile(r"\bxapp-[A-Za-z0-9-]{4,}"),
    re.compile(r"\bdku[a-z]*-[A-Za-z0-9_-]{8,}"),
    re.compile(r"(?i)(?<=\bbearer )[A-Za-z0-9+/=._~-]{8,}"),
    re.compile(r"(?i)(?<=\bbasic )[A-Za-z0-9+/=._~-]{8,}"),
    re.compile(r"(?<=://)[^/@\s]+(?=@)"),
)
"""How secrets look: Slack's tokens, a node's keys, authorization headers, users and passwords in addresses."""

SECRET = "[secret]"  # noqa: S105 - what stands in its place


def redactor(known: Iterable[str] = ()) -> Callable[[str], str]:
    """Make the function that takes the known secrets, and whatever looks like one, out of a text."""
    longest_first = sorted({secret for secret in known if secret}, key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, SECRET)
        for shape in _SHAPES:
            text = shape.sub(SECRET, text)
        return text

    return redact


def redacted(value: Any, redact: Callable[[str], str]) -> Any:
    """Redact every text in JSON, keys of tables and all."""
    match value:
        case str():
            return redact(value)
        case dict():
            return {redact(key): redacted(inside, redact) for key, inside in value.items()}
        case list() | tuple():
            return [redacted(inside, redact) for inside in value]
        case _:
            return value
