"""Requests and replies of the stand-in, as values."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

JSON_TYPE = "application/json;charset=utf-8"


@dataclass(slots=True)
class Request:
    """One request; `path` still has its quotes, so that %2F stays inside an id."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes = b""

    def parameter(self, name: str) -> str | None:
        values = parse_qs(self.query, keep_blank_values=True).get(name)
        return values[0] if values else None

    def parts(self) -> list[str]:
        """Return the decoded parts of the path, without empty ones at its ends."""
        return [unquote(part) for part in self.path.strip("/").split("/")]


@dataclass(slots=True)
class Reply:
    """One reply. A body in pieces is sent chunked, without a length."""

    status: int = 200
    body: bytes | tuple[bytes, ...] = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)

    def pieces(self) -> Iterable[bytes]:
        return (self.body,) if isinstance(self.body, bytes) else self.body

    def size(self) -> int:
        return sum(len(piece) for piece in self.pieces())


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())
