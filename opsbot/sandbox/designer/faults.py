"""Trouble on order: which requests fare badly, and how."""

from __future__ import annotations

import re
import threading
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal[
    "status",
    "hang",
    "reset_before",
    "reset_after",
    "cut_chunked",
    "cut_length",
    "cut_close",
    "close_delimited",
    "gzip",
    "drip",
    "delay",
    "redirect",
    "html",
]
KINDS: tuple[str, ...] = get_args(Kind)
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Dataiku DSS - Login</title></head><body>Please log in</body></html>"


@dataclass(slots=True)
class Fault:
    """One kind of trouble for one route.

    - `status`: answer with `status`, `headers` and `body` (text as it is, anything else as JSON).
    - `hang`: never answer. `reset_before`, `reset_after`: reset the connection, before or after doing what was asked.
    - `cut_chunked`, `cut_length`, `cut_close`: send `after` bytes of the body (half of it by default) and hang up; the
      body is announced as chunks, with its length, or not at all. `close_delimited`: the same, but whole.
    - `gzip`: send the body compressed. `drip`: send it in `pieces` pieces, `seconds` apart. `delay`: wait first.
    - `redirect`: 302 to a login page. `html`: that page itself, with status 200.
    """

    route: str
    """A method and a path after the API's root: `GET /projects/*/apiservices/*/packages`. `*` is any one id, `**`
    anything; a method of `*` is any method."""
    kind: Kind
    times: int | None = None
    """How often it strikes; None for ever."""
    skip: int = 0
    """How many matching requests go well first."""
    applied: bool = False
    """Whether what was asked is done before trouble comes (for `status`, `redirect` and `html`)."""
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = ""
    after: int | None = None
    seconds: float = 0.1
    pieces: int = 20

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")


class Faults:
    """The faults that are switched on, in the order in which they were; the first that matches strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[tuple[re.Pattern[str], Fault]] = []

    def add(self, route: str, kind: Kind, **more: Any) -> Fault:
        """Switch one on; see `Fault` for what `more` may say."""
        fault = Fault(route, kind, **more)
        with self._lock:
            self._faults.append((_pattern(route), fault))
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for _, fault in self._faults]

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        if not self._faults:
            return None
        with self._lock:
            for pattern, fault in self._faults:
                if fault.times == 0 or not pattern.fullmatch(f"{method} {path.rstrip('/')}"):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


def login_page() -> bytes:
    return _LOGIN_PAGE.encode()


def _pattern(route: str) -> re.Pattern[str]:
    method, _, path = route.partition(" ")
    wild = {"**": ".*", "*": "[^/]+"}
    parts = re.split(r"(\*\*|\*)", path.rstrip("/"))
    return re.compile(
        ("[A-Z]+" if method == "*" else re.escape(method))
        + " "
        + "".join(wild.get(part, re.escape(part)) for part in parts)
    )
