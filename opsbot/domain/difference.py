"""How two versions of a service differ, as far as can be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opsbot.domain.models import AuthMethod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.domain.references import ServiceRef

UNKNOWN = "How this version was set up isn't known, so it can't be compared."
_SAME_MOMENT = timedelta(minutes=1)
"""A snapshot this close to the making of its package shows the package as it is; later, somebody may have edited."""


@dataclass(frozen=True, slots=True)
class EndpointSetup:
    """One endpoint as it is set up; what can't be known, or isn't there, is None.

    `model_version` is the model's active version when it was looked at; `code_digest` that of the endpoint's code or
    queries, and `digest` that of all of it, code included.
    """

    id: str
    type: str
    model: str | None = None
    model_version: str | None = None
    code_digest: str | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ServiceSetup:
    """A service as it is set up; `settings` is all of it, as canonical JSON without secrets."""

    auth_method: str
    endpoints: tuple[EndpointSetup, ...]
    settings: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a service was set up when a package of it was first seen, which may be later than it was made."""

    service: ServiceRef
    version: str
    packaged_on: datetime | None
    taken_at: datetime
    setup: ServiceSetup

    @property
    def is_late(self) -> bool:
        """Tell whether the service may have been edited between the making of the package and the look at it."""
        return self.packaged_on is None or self.taken_at - self.packaged_on > _SAME_MOMENT


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new in a version against the one that was published last.

    `since` is that version, None where none is known. `added`, `removed` and `changed` are lines about endpoints,
    `auth` the authentication method before (None where it isn't known) and after. `caveats` say what can't be known.
    """

    since: str | None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    auth: tuple[str | None, str] | None = None
    caveats: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Tell whether anything could be compared at all."""
        return UNKNOWN not in self.caveats

    @property
    def becomes_public(self) -> bool:
        """Tell whether nobody is asked who they are any more, or whether that is so from the start."""
        return self.auth is not None and self.auth[1] == AuthMethod.PUBLIC and self.auth[0] != AuthMethod.PUBLIC


def compare(before: Snapshot | None, after: Snapshot | None, since: str | None) -> Difference:
    """Compare a version with the one that was published last; what isn't known is said, never taken for no change."""
    if after is None:
        return Difference(since, caveats=(UNKNOWN,))
    new = {endpoint.id: endpoint for endpoint in after.setup.endpoints}
    auth = after.setup.auth_method
    if before is None:
        lines = tuple(_described(endpoint) for endpoint in new.values())
        said = (
            "What is published there, if anything is, was not published by me."
            if since is None
            else f"There is no snapshot of {since}."
        )
        listed = (
            "All of this version is listed." if lines else "This version has no endpoints: there is nothing to call."
        )
        caveats = (f"{said} {listed}", *_caveats(after))
        return Difference(since, added=lines, auth=(None, auth), caveats=caveats)
    old = {endpoint.id: endpoint for endpoint in before.setup.endpoints}
    was = before.setup.auth_method
    return Difference(
        since,
        added=tuple(_described(endpoint) for name, endpoint in new.items() if name not in old),
        removed=tuple(_described(endpoint) for name, endpoint in old.items() if name not in new),
        changed=tuple(line for name in new if name in old for line in _changes(old[name], new[name])),
        auth=(was, auth) if was != auth else None,
        caveats=tuple(dict.fromkeys((*_caveats(before), *_caveats(after), *_unknown_models(old, new)))),
    )


def in_lines(difference: Difference) -> tuple[str, ...]:
    """Tell the difference in plain sentences, a line each."""
    return tuple(_lines(difference))


def _lines(difference: Difference) -> Iterator[str]:
    if difference.auth is not None:
        was, now = difference.auth
        yield f"Authentication: {now}" if was is None else f"Authentication: {was} becomes {now}"
    yield from (f"Added {line}" for line in difference.added)
    yield from (f"Removed {line}" for line in difference.removed)
    yield from (f"Changed {line}" for line in difference.changed)
    is_empty = not (difference.auth or difference.added or difference.removed or difference.changed)
    if is_empty and difference.is_known:
        yield f"No difference from {difference.since} was found." if difference.since else "No endpoints."
    yield from difference.caveats


def _described(endpoint: EndpointSetup) -> str:
    model = f", model {endpoint.model} {endpoint.model_version or '(version not known)'}" if endpoint.model else ""
    return f"{endpoint.id} ({endpoint.type}{model})"


def _changes(old: EndpointSetup, new: EndpointSetup) -> Iterator[str]:
    found = list(_named_changes(old, new))
    if not found and old.digest and new.digest and old.digest != new.digest:
        found = [f"{new.id}: its settings"]
    yield from found


def _named_changes(old: EndpointSetup, new: EndpointSetup) -> Iterator[str]:
    if old.type != new.type:
        yield f"{new.id}: type {old.type} becomes {new.type}"
    if old.model != new.model:
        yield f"{new.id}: model {old.model or 'none'} becomes {new.model or 'none'}"
    elif None not in {old.model_version, new.model_version} and old.model_version != new.model_version:
        yield f"{new.id}: model {new.model} {old.model_version} becomes {new.model_version}"
    if old.code_digest != new.code_digest:
        yield f"{new.id}: its code"


def _caveats(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.is_late:
        yield (
            f"{snapshot.version} was first seen later than it was made, so its settings may have been edited in between."
        )


def _unknown_models(old: dict[str, EndpointSetup], new: dict[str, EndpointSetup]) -> Iterator[str]:
    for name, endpoint in new.items():
        before = old.get(name)
        if before is None or endpoint.model is None or endpoint.model != before.model:
            continue
        if endpoint.model_version is None or before.model_version is None:
            yield f"{name}: which version of {endpoint.model} it had or has isn't known; it may have changed."
