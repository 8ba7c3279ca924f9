"""What may be forgotten of work that is done: conditions on rows, by which nothing goes that somebody may still ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists

from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import CreatePackage, DeletePackage
from opsbot.domain.deliveries import HOMES
from opsbot.store.delivered import UNSAID
from opsbot.store.schema import deliveries, events, homes, node_changes, publish_requests, snapshots, stories

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_OVER = (ChangeState.DONE.value, ChangeState.FAILED.value)


def nothing_hangs_on_change() -> ColumnElement[bool]:
    """Ask for changes that ended, and that nothing refers to which is kept.

    The one that made a package says who packaged it, by which policies go: it stays until another took its place, or
    deleted it. That one stays for as long as the first does, or it would be taken for the maker of a later package. Those
    that an earlier one of unknown outcome is judged by stay, too.
    """
    mine, other = node_changes.c, node_changes.alias().c
    same = (other.service == mine.service) & (other.part == mine.part)
    of_package = other.kind.in_((CreatePackage.verb, DeletePackage.verb)) & (other.state == ChangeState.DONE.value)
    made = (mine.kind == CreatePackage.verb) & (mine.state == ChangeState.DONE.value)
    deleted = (mine.kind == DeletePackage.verb) & (mine.state == ChangeState.DONE.value)
    is_gone = exists().where(same, other.id > mine.id, of_package)
    goes_with_it = exists().where(same, other.id < mine.id, of_package & (other.kind == CreatePackage.verb))
    is_judged_by = exists().where(
        same, other.id < mine.id, other.kind == mine.kind, other.state == ChangeState.UNKNOWN.value
    )
    is_said, has_happened = (exists().where(each.node_change == mine.id) for each in (deliveries.c, events.c))
    return (
        mine.state.in_(_OVER) & (~made | is_gone) & ~(deleted & goes_with_it) & ~is_judged_by & ~is_said & ~has_happened
    )


def nothing_is_compared_with_snapshot() -> ColumnElement[bool]:
    """Ask for snapshots of packages that no request, story or event is about, but for the last of each service.

    Requests are kept for ever, so what was published can always be compared with; the last is what notes are drafted from.
    """
    mine, other = snapshots.c, snapshots.alias().c
    is_followed = exists().where(other.service == mine.service, other.taken_at > mine.taken_at)
    about_it = (
        exists().where(each.service == mine.service, each.version == mine.version)
        for each in (publish_requests.c, stories.c, events.c)
    )
    return and_(is_followed, *(~each for each in about_it))


def home_does_not_wait() -> ColumnElement[bool]:
    """Ask for Homes that don't wait to be shown."""
    waits = exists().where(
        deliveries.c.channel == HOMES, deliveries.c.text == homes.c.user_id, deliveries.c.state.in_(UNSAID)
    )
    return ~waits
