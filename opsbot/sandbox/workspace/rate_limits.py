"""How often methods may be called: Slack's tiers, and a message a second for each channel."""

from __future__ import annotations

from collections import defaultdict, deque
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opsbot.sandbox.workspace.clock import Clock

Pace = Literal["off", "real", "fast"]
PACES: tuple[Pace, ...] = get_args(Pace)

_SECONDS: Mapping[Pace, float] = MappingProxyType({"real": 1.0, "fast": 0.1})
"""How long a second of Slack's limits lasts: `fast` forgives ten times sooner."""

_MINUTE = 60.0
_TIERS = MappingProxyType({1: 1, 2: 20, 3: 50, 4: 100})
"""Calls a minute. Slack promises that many and more; here it is as many."""

_WORKSPACE_MESSAGES = 300
"""Messages a minute in the whole workspace. guess: Slack says "several hundred"."""

_UNTIERED = frozenset({"auth.test", "chat.getPermalink"})
"""Slack calls their limits special, and says no number."""

_MANY = 600
"""Calls a minute of those. guess: "hundreds" is said of auth.test only."""

_POSTING = frozenset({"chat.postMessage"})
# As the page of each method says.
_TIER_OF: Mapping[str, int] = MappingProxyType(
    {
        "api.test": 4,
        "apps.connections.open": 3,
        "chat.delete": 3,
        "chat.postEphemeral": 4,
        "chat.update": 3,
        "bots.info": 3,
        "conversations.history": 3,
        "conversations.info": 3,
        "conversations.join": 3,
        "conversations.list": 2,
        "conversations.members": 4,
        "conversations.open": 3,
        "conversations.replies": 3,
        "files.completeUploadExternal": 4,
        "files.getUploadURLExternal": 4,
        "files.info": 4,
        "reactions.add": 3,
        "reactions.remove": 2,
        "team.info": 3,
        "usergroups.list": 2,
        "usergroups.users.list": 2,
        "users.conversations": 3,
        "users.info": 4,
        "users.list": 2,
        "views.open": 4,
        "views.publish": 4,
        "views.push": 4,
        "views.update": 4,
    }
)


class RateLimits:
    """Counts calls, and says how long one that comes too soon must wait. It is `off` until another pace is set."""

    def __init__(self, clock: Clock, pace: Pace = "off") -> None:
        self._clock = clock
        self.pace: Pace = pace
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def wait(self, method: str, channel: str) -> float | None:
        """Return the seconds to wait, or None for a call that may pass, which is then counted."""
        second = _SECONDS.get(self.pace)
        if second is None:
            return None
        limits = list(_limits(method, channel))
        waits = [self._until_free(name, most, seconds * second) for name, most, seconds in limits]
        longest = max(waits, default=0.0)
        if longest > 0:
            return longest
        for name, _, _ in limits:
            self._calls[name].append(self._clock())
        return None

    def _until_free(self, name: str, most: int, seconds: float) -> float:
        now, calls = self._clock(), self._calls[name]
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        return calls[0] + seconds - now if len(calls) >= most else 0.0


def _limits(method: str, channel: str) -> Iterator[tuple[str, int, float]]:
    """Yield the limits of a call: what is counted, how many may pass, in how many seconds."""
    if method in _POSTING:
        yield f"channel {channel}", 1, 1.0
        yield "messages", _WORKSPACE_MESSAGES, _MINUTE
    if method in _UNTIERED:
        yield method, _MANY, _MINUTE
    tier = _TIER_OF.get(method)
    if tier is not None:
        yield method, _TIERS[tier], _MINUTE
