"""When nothing may be published: freeze windows, one-off and weekly, each in its own time zone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which nothing is published."""

    reason: str = ""
