"""What was seen of services on a node, and the news between two looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from opsbot.domain.models import AuthMethod
from opsbot.domain.watching import Event, Topic, deleted, packaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from opsbot.domain.models import Package
    from opsbot.domain.references import ServiceRef

SETTINGS_EVERY = 5
"""Settings are read in every so many rounds, and when a package changed."""

_STRENGTH = {AuthMethod.PUBLIC.value: 0, AuthMethod.API_KEYS.value: 1, AuthMethod.OAUTH2.value: 2}
_SELDOM = ((2880, 10), (720, 5), (120, 2))
"""After so many rounds without a change a service is looked at in every so manieth round only."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A service as it was seen last; its `auth` and `endpoints` are None until its settings were read.

    `round` is the round of looks in which it was seen to have changed.
    """

    service: ServiceRef
    packages: tuple[Package, ...]
    auth: str | None = None
    endpoints: tuple[str, ...] | None = None
    round: int = 0


@dataclass(frozen=True, slots=True)
class NodeSight:
    """How the looks at a node go: which round was the last, when the next is due, and how many failed in a row.

    `problem` says why it doesn't answer, since it stopped.
    """

    node: str
    round: int = 0
    next_at: datetime | None = None
    failures: int = 0
    problem: str = ""


def is_due(sight: Sight | None, service: ServiceRef, number: int) -> bool:
    """Tell whether a service is looked at in a round: what didn't change for long is looked at less often."""
    if sight is None:
        return True
    quiet = number - sight.round
    stride = next((every for rounds, every in _SELDOM if quiet >= rounds), 1)
    return (number + crc32(str(service).encode())) % stride == 0


def news_between(before: Sight | None, after: Sight, at: datetime) -> tuple[Event, ...]:
    """Tell what happened between two looks; what is seen for the first time isn't news."""
    if before is None:
        return ()
    return (*_packages(before, after, at), *_settings(before, after, at))


def gone(before: Sight, at: datetime) -> Event:
    """Tell that a whole service isn't there any more."""
    identity = f"gone {before.service} {before.round}"
    said = ("The service isn't there any more.",)
    return Event(identity, Topic.ENDPOINTS, Topic.ENDPOINTS.value, before.service, "", at, detail=said)


def _packages(before: Sight, after: Sight, at: datetime) -> Iterator[Event]:
    old = {(each.version, each.created_on): each for each in before.packages}
    new = {(each.version, each.created_on): each for each in after.packages}
    versions, were = {version for version, _ in new}, {version: each for (version, _), each in old.items()}
    for key, package in old.items():
        if key not in new and package.version not in versions:
            yield deleted(after.service, package, at)
    for key, package in new.items():
        if key not in old:
            made = packaged(after.service, package, package.created_on or at, package.created_by or "")
            yield _made_again(made, were[package.version]) if package.version in were else made


def _made_again(event: Event, before: Package) -> Event:
    """Say of a package that another one had its id: who approved or tested that one didn't see this one."""
    when = f" of {before.created_on:%Y-%m-%d %H:%M} UTC" if before.created_on is not None else ""
    said = f"It was deleted and made again: this is another package than the one{when} under the same id."
    return Event(
        event.identity,
        event.topic,
        "made again",
        event.service,
        event.version,
        event.at,
        event.packaged_on,
        event.who,
        detail=(said,),
    )


def _settings(before: Sight, after: Sight, at: datetime) -> Iterator[Event]:
    service, since = after.service, before.round
    if before.auth is not None and after.auth is not None and _is_weaker(after.auth, before.auth):
        said = (f"Authentication: {before.auth} becomes {after.auth}",)
        identity = f"auth {service} {since} {before.auth} {after.auth}"
        yield Event(identity, Topic.AUTH, Topic.AUTH.value, service, "", at, detail=said)
    if before.endpoints is not None and after.endpoints is not None:
        missing = tuple(each for each in before.endpoints if each not in after.endpoints)
        if missing:
            identity = f"endpoints {service} {since} {' '.join(missing)}"[:800]
            yield Event(identity, Topic.ENDPOINTS, Topic.ENDPOINTS.value, service, "", at, detail=missing)


def _is_weaker(auth: str, than: str) -> bool:
    """Tell whether callers are asked less; of a method that isn't known only that it is more than none."""
    known = _STRENGTH.get(auth), _STRENGTH.get(than)
    if known[0] is None or known[1] is None:
        return auth == AuthMethod.PUBLIC.value != than
    return known[0] < known[1]
