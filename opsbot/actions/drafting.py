"""What a new package could be called, and what is new in it: proposed, for people to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.actions.reading import newest_first
from opsbot.domain.difference import EndpointSetup, ServiceSetup, Snapshot, compare, in_lines
from opsbot.domain.versions import next_version
from opsbot.errors import DSSError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.actions.ports import Clock, Designer
    from opsbot.actions.stores import Snapshots
    from opsbot.domain.difference import Difference
    from opsbot.domain.models import Package
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed version and drafted release notes; `remark` says what can't be known, or that nothing changed."""

    version: str
    notes: str = ""
    remark: str = ""


def draft(service: ServiceRef, designer: Designer, snapshots: Snapshots, clock: Clock) -> Draft:
    """Propose a package of a service as it is now, after the newest there is; raises DSSError."""
    packages = newest_first(designer.packages(service))
    version = next_version((package.version for package in packages), clock().date())
    if not packages:
        return Draft(version, remark="It is the first package of this service.")
    newest = packages[0]
    try:
        now = Snapshot(service, version, clock(), clock(), designer.setup(service))
    except DSSError as error:
        return Draft(version, remark=f"No notes are drafted: {error}")
    before = snapshots.find(service, newest.version, newest.created_on)
    known = f"Nothing in the settings changed since {newest.version}."
    if before is None:
        before = _from_summary(service, newest, now, designer)
        known = f"The endpoints are those of {newest.version}; what else changed since isn't known."
    if before is None:
        return Draft(version, remark=f"No notes are drafted: how {newest.version} was set up isn't known.")
    notes = "\n".join(_news(compare(before, now, newest.version)))
    return Draft(version, notes, "" if notes else known)


def _news(difference: Difference) -> Iterator[str]:
    """Tell what changed, without what can't be known and without the word that nothing did."""
    if difference.auth or difference.added or difference.removed or difference.changed:
        caveats = set(difference.caveats)
        yield from (line for line in in_lines(difference) if line not in caveats)


def _from_summary(service: ServiceRef, package: Package, now: Snapshot, designer: Designer) -> Snapshot | None:
    """See in a package's summary which endpoints it has; all else is taken to be as it is now."""
    try:
        summary = designer.summary(service, package.version)
    except (DSSError, NotFoundError):
        return None
    current = {endpoint.id: endpoint for endpoint in now.setup.endpoints}
    endpoints = tuple(
        current[each.id]
        if each.id in current and current[each.id].type == each.type
        else EndpointSetup(each.id, each.type)
        for each in summary.endpoints
    )
    return Snapshot(
        service, package.version, now.taken_at, now.taken_at, ServiceSetup(now.setup.auth_method, endpoints)
    )
