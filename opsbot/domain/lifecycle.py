"""The life of a publish request: its states, and which may follow which."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a publish request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    STALE = "stale"


TRANSITIONS = MappingProxyType(
    {
        State.PENDING: frozenset({State.APPROVED, State.DECLINED, State.CANCELLED, State.EXPIRED, State.STALE}),
        State.APPROVED: frozenset({State.PUBLISHING, State.CANCELLED, State.EXPIRED, State.STALE, State.FAILED}),
        State.PUBLISHING: frozenset({State.PUBLISHED, State.FAILED, State.UNKNOWN}),
        State.UNKNOWN: frozenset({State.PUBLISHED, State.FAILED}),
        State.PUBLISHED: frozenset[State](),
        State.FAILED: frozenset[State](),
        State.DECLINED: frozenset[State](),
        State.CANCELLED: frozenset[State](),
        State.EXPIRED: frozenset[State](),
        State.STALE: frozenset[State](),
    }
)

OPEN = frozenset(state for state, following in TRANSITIONS.items() if following)
"""States of requests that are still going somewhere; there is at most one such request for a package."""

HOLDING = frozenset({State.PUBLISHING, State.UNKNOWN})
"""States in which a version may be on its way: there is at most one such request for a published service."""


def may_follow(before: State, after: State) -> bool:
    """Tell whether a request may go from `before` to `after`."""
    return after in TRANSITIONS[before]
