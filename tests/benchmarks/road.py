"""A bot's own time on the road from a click to the publish: what passed, less what it waited for others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.benchmarks.tally import percentile

ROLES: Final = "usergroups.list"
"""The one call to Slack that a decision waits for; cards are painted beside the road, by other threads."""


class RoadError(Exception):
    """What was seen isn't one road from a click to one publish."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a far end saw it, by the machine's monotonic clock: from its last byte in to its answer out."""

    name: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Road:
    """One click: the seconds until its publish arrived at the node, and those in which far ends were at calls."""

    seconds: float
    waited: float
    calls: tuple[str, ...]

    @property
    def own(self) -> float:
        return self.seconds - self.waited


def road(clicked: float, node: Iterable[Call], slack: Iterable[Call], publish: str) -> Road:
    """Find the road of a click, whose publish is the node's call of that name.

    What counts as waiting is what the bot had asked and not yet been answered; calls at the same time count once.
    """
    node = list(node)
    arrived = [call.began for call in node if call.name == publish]
    if len(arrived) != 1:
        raise RoadError(f"{publish} came {len(arrived)} times")
    on_it = [*node, *(call for call in slack if call.name == ROLES)]
    calls = sorted((call for call in on_it if clicked <= call.began and call.ended <= arrived[0]), key=_began)
    return Road(arrived[0] - clicked, _covered(calls), tuple(call.name for call in calls))


@dataclass(frozen=True, slots=True)
class Roads:
    """What all clicks come to, in milliseconds."""

    each: Sequence[Road]

    def own(self, share: float) -> float:
        return percentile([one.own for one in self.each], share) * 1000

    def __str__(self) -> str:
        whole = median(one.seconds for one in self.each) * 1000
        waited = median(one.waited for one in self.each) * 1000
        calls, clicks = Counter(tuple(sorted(one.calls)) for one in self.each).most_common(1)[0]
        named = ", ".join(f"{times} {name}" for name, times in Counter(calls).items())
        return (
            f"{len(self.each)} clicks; p95 {self.own(0.95):.1f} ms, most {self.own(1):.1f} ms; click to publish p50 "
            f"{whole:.1f} ms, less {waited:.1f} ms in {len(calls)} calls ({named}: so with {clicks} clicks)"
        )


def _began(call: Call) -> float:
    return call.began


def _covered(calls: Iterable[Call]) -> float:
    """Add up the time in which at least one of the calls, in the order of their beginnings, was under way."""
    covered, until = 0.0, 0.0
    for call in calls:
        covered += max(0.0, call.ended - max(call.began, until))
        until = max(until, call.ended)
    return covered
