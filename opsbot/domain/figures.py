"""What happened in a span of time, in figures: a digest begins with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from opsbot.domain.pace import Digest


@dataclass(frozen=True, slots=True)
class Span:
    """What a digest is about: the services that one glob covers, in a time; of them only what `visible` globs match."""

    digest: Digest
    services: str
    since: datetime
    until: datetime
    visible: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class Figures:
    """How often what happened in a span, how many requests wait at its end, the oldest since when.

    `took` is the median of the times from packages to their publishes in the span; None where there is none to tell of.
    """

    span: Span
    packaged: int = 0
    deleted: int = 0
    published: int = 0
    failed: int = 0
    declined: int = 0
    expired: int = 0
    waiting: int = 0
    oldest: datetime | None = None
    took: timedelta | None = None
