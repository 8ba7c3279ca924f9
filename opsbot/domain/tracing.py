"""What belongs together: the id under which all that one asking sets off is found again, and what it is about.

Kept in a context variable, which whoever hands work to another thread takes along; the durable work keeps the id with
the work itself, so that another replica goes on under it.
"""

from __future__ import annotations

import hashlib
import secrets
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Fact = str | int | None

_BYTES = 16
"""As many as a trace of OpenTelemetry has, so that one id serves both."""
_NOTHING: Mapping[str, Fact] = MappingProxyType({})
_facts: ContextVar[Mapping[str, Fact]] = ContextVar("facts", default=_NOTHING)


def new_trace() -> str:
    """Make an id that nothing has had before, in hexadecimal."""
    return secrets.token_hex(_BYTES)


def trace_from(name: str) -> str:
    """Make the id of what has a name already: the same in every process."""
    return hashlib.sha256(name.encode()).hexdigest()[: 2 * _BYTES]


def facts() -> Mapping[str, Fact]:
    """Tell what is known of the work at hand: its `trace`, and the ids of what it is about."""
    return _facts.get()


def trace() -> str:
    """Tell the id of the work at hand; empty where nobody asked for it."""
    return str(_facts.get().get("trace") or "")


class traced:  # noqa: N801 - it is used like a function; a generator would cost each acknowledgement twice as much
    """Know more of the work inside; what is None or empty isn't known there, whatever was before."""

    __slots__ = ("_before", "_more")

    def __init__(self, **more: Fact) -> None:
        self._more = more

    def __enter__(self) -> None:
        self._before = _facts.set({**_facts.get(), **self._more})

    def __exit__(self, *_: object) -> None:
        _facts.reset(self._before)
