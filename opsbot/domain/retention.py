"""How long it is kept what was told and done, and what it takes to tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each is kept, by its table; requests, votes and the audit are kept for ever.

    `stories` counts from when something was last told in one, `sights` from when a node was last to be looked at, `homes`
    from when one was last opened. Longer than that is kept what something refers to that is kept.
    """

    deliveries: timedelta = timedelta(days=90)
    events: timedelta = timedelta(days=90)
    stories: timedelta = timedelta(days=180)
    sights: timedelta = timedelta(days=90)
    seen_events: timedelta = timedelta(days=7)
    changes: timedelta = timedelta(days=365)
    snapshots: timedelta = timedelta(days=365)
    homes: timedelta = timedelta(days=90)
