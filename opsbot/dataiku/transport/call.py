"""One request to a node, as it is put together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests

from opsbot.errors import DSSArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests.structures import CaseInsensitiveDict


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent: `path` starts after the API's root and is quoted already."""

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Any = None
    slow: bool = False
    """Whether the node may be silent for long while it works."""

    def prepared(self, root: str, headers: CaseInsensitiveDict[str]) -> requests.PreparedRequest:
        """Put the request together; `PreparedRequest.prepare` would requote what is quoted already."""
        request = requests.PreparedRequest()
        request.method = self.method
        request.url = root + self.path + (f"?{urlencode(self.query)}" if self.query else "")
        request.headers = headers
        if self.method != "GET":
            body = None if self.body is None else _as_json(self.body)
            request.body = body
            request.headers = headers.copy()
            request.headers["Content-Length"] = str(len(body or b""))
            if body is not None:
                request.headers["Content-Type"] = "application/json"
        return request


def _as_json(value: object) -> bytes:
    try:
        return json.dumps(value).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise DSSArgumentError(f"What should be sent can't be written as JSON: {error}.") from error
