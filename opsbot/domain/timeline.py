"""When a service was packaged, and what became of each wish to publish it: what a picture of it shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.domain.counting import MOST_COUNTED
from opsbot.domain.lifecycle import OPEN, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from opsbot.domain.models import Package, PublishRequest
    from opsbot.domain.references import ServiceRef

MOST_SHOWN = 60
"""How many packages, and how many requests, one picture can hold; the newest are shown."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """A package on the timeline. It `is_published` where the API Deployer has it now."""

    version: str
    at: datetime
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A publish request on the timeline; one that is open has no end yet."""

    request: int
    version: str
    asked_at: datetime
    state: State
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was done with a service until now, the oldest first.

    `earlier` counts what is older than what is shown, `undated` the packages whose age the node doesn't tell.
    """

    service: ServiceRef
    packages: tuple[Packaged, ...]
    requests: tuple[Asked, ...]
    until: datetime
    earlier: int = 0
    undated: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to be shown."""
        return not self.packages and not self.requests

    @property
    def since(self) -> datetime:
        """When the first of it happened."""
        times = [each.at for each in self.packages] + [each.asked_at for each in self.requests]
        return min(times, default=self.until)


def timeline_of(
    service: ServiceRef,
    packages: Iterable[Package],
    published: frozenset[str],
    requests: Sequence[PublishRequest],
    *,
    asked: int,
    now: datetime,
) -> Timeline:
    """Put packages and requests in the order of time, and keep the newest; `asked` counts the requests that there are."""
    listed = list(packages)
    made = sorted(
        (
            Packaged(each.version, each.created_on, each.version in published)
            for each in listed
            if each.created_on is not None
        ),
        key=lambda each: each.at,
    )
    shown = sorted((_asked(each) for each in requests), key=lambda each: each.asked_at)[-MOST_SHOWN:]
    earlier = max(0, len(made) - MOST_SHOWN) + max(0, asked - len(shown))
    return Timeline(service, tuple(made[-MOST_SHOWN:]), tuple(shown), now, earlier, len(listed) - len(made))


def timeline_in_words(timeline: Timeline) -> str:
    """Tell what a picture of the timeline shows to who can't see it: counts, first and last dates, the latest publish."""
    said = [f"Timeline of {timeline.service}."]
    said += _packages(timeline.packages)
    said += _requests(timeline.requests)
    latest = max(
        (each for each in timeline.requests if each.state is State.PUBLISHED and each.ended_at is not None),
        key=lambda each: each.ended_at or each.asked_at,
        default=None,
    )
    if latest is not None:
        said.append(f"Published last: {latest.version} on {latest.ended_at:%Y-%m-%d}.")
    if timeline.earlier:
        said.append(f"{older(timeline.earlier) or 'Many'} more are older.")
    if timeline.undated:
        said.append(f"The node doesn't tell the age of {timeline.undated} more.")
    return " ".join(said)


def _asked(request: PublishRequest) -> Asked:
    ended = request.ended_at if request.state not in OPEN else None
    return Asked(request.id, request.version, request.wish.asked_at, request.state, ended)


def _packages(packages: tuple[Packaged, ...]) -> list[str]:
    if not packages:
        return ["No packages."]
    first, last = packages[0], packages[-1]
    if len(packages) == 1:
        return [f"1 package: {last.version} on {last.at:%Y-%m-%d}."]
    span = f"from {first.version} on {first.at:%Y-%m-%d} to {last.version} on {last.at:%Y-%m-%d}"
    return [f"{len(packages)} packages, {span}."]


def _requests(requests: tuple[Asked, ...]) -> list[str]:
    if not requests:
        return ["No publish requests."]
    counts = Counter(each.state for each in requests)
    ends = ", ".join(f"{counts[state]} {state.value}" for state in State if counts[state])
    first, last = requests[0].asked_at, requests[-1].asked_at
    span = f"on {first:%Y-%m-%d}" if first.date() == last.date() else f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    noun = "publish request" if len(requests) == 1 else "publish requests"
    return [f"{len(requests)} {noun} {span}: {ends}."]


def older(earlier: int) -> str:
    """Say how many are older than what is shown; nothing where the store counted no further."""
    return str(earlier) if earlier < MOST_COUNTED - MOST_SHOWN else ""
