"""What the far ends saw: which command got its parent message and its threaded reply, and when."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Ledger:
    """Posts by channel. Each command comes from a channel of its own, so a channel names its command."""

    calls: Counter[str] = field(default_factory=Counter)
    parents: dict[str, float] = field(default_factory=dict)
    replies: dict[str, float] = field(default_factory=dict)
    astray: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    last_text: str = ""
    threads: dict[str, int] = field(default_factory=dict)  # parent's ts -> replies, whoever shares its channel
    parent_ts: dict[str, str] = field(default_factory=dict)

    def post(self, channel: str, ts: str, thread_ts: str | None, text: str) -> None:
        """Note a message; a reply counts only in the thread of its own channel's parent."""
        now = time.monotonic()
        self.last_text = text
        if thread_ts is None:
            self.threads[ts] = 0
            self._once(self.parents, channel, now)
            self.parent_ts[channel] = ts
        else:
            self.threads[thread_ts] = self.threads.get(thread_ts, 0) + 1
        if thread_ts is None:
            return
        if self.parent_ts.get(channel) == thread_ts:
            self._once(self.replies, channel, now)
        else:
            self.astray.append(channel)

    def as_json(self) -> dict[str, Any]:
        return {
            "calls": dict(self.calls),
            "parents": self.parents,
            "replies": self.replies,
            "astray": self.astray,
            "threads": self.threads,
            "repeated": self.repeated,
            "last_text": self.last_text,
        }

    def _once(self, posts: dict[str, float], channel: str, now: float) -> None:
        if channel in posts:
            self.repeated.append(channel)
        else:
            posts[channel] = now
