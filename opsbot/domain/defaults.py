"""What is meant where somebody didn't say it: it depends on the place that they speak in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class Subject:
    """The version that a thread is about: that of its card, or the one whose story it tells.

    `published_service` is the one that a request names, and `since` the version that was published there last, if
    that is another.
    """

    service: ServiceRef
    version: str
    published_service: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is meant in one place."""

    node: str | None = None
    project: str | None = None
    request: int | None = None
    subject: Subject | None = None
    open_requests: tuple[int, ...] = ()
    """Where a thread is about several: one of them has to be named."""
