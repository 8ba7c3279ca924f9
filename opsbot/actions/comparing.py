"""What is new in a package against another, from snapshots of how the service was set up; and the verb that asks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opsbot.actions.reading import find_package
from opsbot.domain.difference import Snapshot, compare
from opsbot.domain.results import Compared
from opsbot.errors import DSSError, in_full

if TYPE_CHECKING:
    from opsbot.actions.ports import Clock, Designer
    from opsbot.actions.stores import Snapshots
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import Compare
    from opsbot.domain.difference import Difference
    from opsbot.domain.models import Package, PublishRequest
    from opsbot.domain.references import ServiceRef

_log = logging.getLogger(__name__)

NOW = "the service as it is now"


def compare_versions(command: Compare, standing: Standing, world: World) -> Compared:
    """Compare two packages of a service, or one with the service as it is set up now."""
    older = find_package(command.service, command.version, standing, world.designer)
    before = world.snapshots.find(command.service, older.version, older.created_on)
    if command.other is None:
        now = world.clock()
        after = Snapshot(command.service, NOW, now, now, world.designer.setup(command.service))
        return Compared(command, compare(before, after, older.version))
    newer = find_package(command.service, command.other, standing, world.designer)
    kept = world.snapshots.find(command.service, newer.version, newer.created_on)
    return Compared(command, compare(before, kept, older.version))


def seen(
    service: ServiceRef, package: Package, designer: Designer, snapshots: Snapshots, clock: Clock
) -> Snapshot | None:
    """Find the snapshot of a package, or take it now, the package being seen for the first time.

    None where the node won't tell: what can't be compared can be published for all that.
    """
    known = snapshots.find(service, package.version, package.created_on)
    if known is not None:
        return known
    try:
        setup = designer.setup(service)
    except DSSError as error:
        _log.warning("how %s is set up can't be read: %s", service, in_full(error))
        return None
    return snapshots.keep(Snapshot(service, package.version, package.created_on, clock(), setup))


def difference(wanted: Snapshot | None, published: PublishRequest | None, snapshots: Snapshots | None) -> Difference:
    """Compare a package with the one that was published last, whatever can be known of the two.

    Without snapshots nothing is: that one is of another service, which whoever asks may not read.
    """
    if published is None:
        return compare(None, wanted, None)
    package = published.wish.package
    before = snapshots.find(published.service, package.version, package.created_on) if snapshots is not None else None
    return compare(before, wanted, package.version)
